// SPDX-License-Identifier: Apache-2.0
// calls.mjs URL: every call of the simulated cloud once, through AWS's own SDK. Exits with an error when an answer is not what it
// should be. The cloud's pace is an hour: this script moves its clock.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.EXPRESSLINK_NODE_DIR}/`);
const wireless = require("@aws-sdk/client-iot-wireless");
const s3 = require("@aws-sdk/client-s3");

const endpoint = process.argv[2];
const account = { endpoint, region: "us-east-1", credentials: { accessKeyId: "sandbox", secretAccessKey: "sandbox" } };
const devices = new wireless.IoTWirelessClient({ ...account, maxAttempts: 1 });
const storage = new s3.S3Client({ ...account, forcePathStyle: true, maxAttempts: 1 });
const Bucket = "sandbox-imports";
const smsns = [..."0123456789"].map((digit) => digit.repeat(64));
const hour = 3600 * 1000;

async function pass(milliseconds) {
  const answer = await fetch(`${endpoint}/_sandbox/clock`, { method: "POST", body: JSON.stringify({ advance_ms: milliseconds }) });
  assert.equal(answer.status, 200);
}

const call = (name, input) => devices.send(new wireless[`${name}Command`](input));

async function* pages(name, input) {
  let NextToken;
  do {
    const page = await call(name, { ...input, NextToken });
    yield page;
    ({ NextToken } = page);
  } while (NextToken);
}

// S3: small, with a key that must be encoded, large, streamed, not there.
const Key = "lists/März 2026 (1)+2.csv";
const list = `smsn\n${smsns.join("\n")}\n`;
const put = await storage.send(new s3.PutObjectCommand({ Bucket, Key, Body: list }));
assert.match(put.ETag, /^"[0-9a-f]{32}"$/);
const got = await storage.send(new s3.GetObjectCommand({ Bucket, Key }));
assert.equal(await got.Body.transformToString(), list);
const head = await storage.send(new s3.HeadObjectCommand({ Bucket, Key }));
assert.deepEqual([head.ContentLength, head.ETag], [Buffer.byteLength(list), put.ETag]);
await storage.send(new s3.PutObjectCommand({ Bucket, Key: "large", Body: Buffer.alloc(3_000_000, "x") }));
await assert.rejects(storage.send(new s3.GetObjectCommand({ Bucket, Key: "nothing" })), s3.NoSuchKey);
await assert.rejects(storage.send(new s3.PutObjectCommand({ Bucket: "no-such-bucket", Key, Body: list })), { name: "NoSuchBucket" });

// Profiles.
const profile = await call("CreateDeviceProfile", { Name: "Door sensor", Sidewalk: {} });
const described = await call("GetDeviceProfile", { Id: profile.Id });
assert.deepEqual([described.Name, described.Arn], ["Door sensor", profile.Arn]);
assert.equal(described.Sidewalk.DakCertificateMetadata[0].FactorySupport, true);
assert.equal(described.Sidewalk.DakCertificateMetadata[0].ApId, "eXpL");
await assert.rejects(call("GetDeviceProfile", { Id: "none" }), wireless.ResourceNotFoundException);

// A task from its start to its end.
const Role = "arn:aws:iam::123456789012:role/import";
const DeviceCreationFile = `s3://${Bucket}/${Key}`;
const task = await call("StartWirelessDeviceImportTask", {
  DestinationName: "Sensors", ClientRequestToken: "once", Tags: [{ Key: "batch", Value: "7" }], Sidewalk: { DeviceCreationFile, Role },
});
const again = { DestinationName: "Sensors", ClientRequestToken: "once", Sidewalk: { DeviceCreationFile: "s3://other/file", Role } };
await assert.rejects(call("StartWirelessDeviceImportTask", again), wireless.ConflictException);
assert.equal((await call("GetWirelessDeviceImportTask", { Id: task.Id })).Status, "INITIALIZING");
await pass(hour);
const waiting = await call("GetWirelessDeviceImportTask", { Id: task.Id });
assert.deepEqual([waiting.Status, waiting.InitializedImportedDeviceCount], ["INITIALIZED", 10]);
assert.ok(waiting.CreationTime instanceof Date);
assert.deepEqual(waiting.Sidewalk.DeviceCreationFileList, [DeviceCreationFile]);

await storage.send(new s3.PutObjectCommand({ Bucket, Key: "more.csv", Body: `smsn\n${"a".repeat(64)}\n` }));
await call("UpdateWirelessDeviceImportTask", { Id: task.Id, Sidewalk: { DeviceCreationFile: `s3://${Bucket}/more.csv` } });
await pass(hour);

const found = [];
for await (const page of pages("ListDevicesForWirelessDeviceImportTask", { Id: task.Id, Status: "INITIALIZED", MaxResults: 3 })) {
  assert.ok(page.ImportedWirelessDeviceList.length <= 3);
  found.push(...page.ImportedWirelessDeviceList.map((device) => device.Sidewalk.SidewalkManufacturingSn));
}
assert.deepEqual(found, [...smsns, "a".repeat(64)]);

const controlLogs = found.map((serialNumber) => ({
  version: "4-0-1", device: { serialNumber: serialNumber.toUpperCase(), productIdentifier: { advertisedProductId: "eXpL" } } }));
await fetch(`${endpoint}/_sandbox/control-log`, { method: "PUT", body: JSON.stringify({ controlLogs }) });
await pass(hour);
assert.equal((await call("GetWirelessDeviceImportTask", { Id: task.Id })).Status, "PENDING");
await assert.rejects(call("DeleteWirelessDeviceImportTask", { Id: task.Id }), wireless.ConflictException);
await pass(2 * hour);
const complete = await call("GetWirelessDeviceImportTask", { Id: task.Id });
assert.deepEqual([complete.Status, complete.OnboardedImportedDeviceCount, complete.FailedImportedDeviceCount], ["COMPLETE", 11, 0]);

// One device, the list of tasks, an end.
const single = await call("StartSingleWirelessDeviceImportTask", {
  DestinationName: "Sensors", DeviceName: "One", Sidewalk: { SidewalkManufacturingSn: "F".repeat(64) } });
const tasks = [];
for await (const page of pages("ListWirelessDeviceImportTasks", { MaxResults: 1 }))
  tasks.push(...page.WirelessDeviceImportTaskList.map(({ Id }) => Id));
assert.deepEqual(tasks, [task.Id, single.Id]);
await call("DeleteWirelessDeviceImportTask", { Id: single.Id });
assert.equal((await call("GetWirelessDeviceImportTask", { Id: single.Id })).Status, "DELETING");
await pass(hour);
await assert.rejects(call("GetWirelessDeviceImportTask", { Id: single.Id }), wireless.ResourceNotFoundException);

// Somebody else's key, and a mistake that the service must find.
const thief = new wireless.IoTWirelessClient({ ...account, credentials: { accessKeyId: "sandbox", secretAccessKey: "guessed" } });
await assert.rejects(thief.send(new wireless.ListWirelessDeviceImportTasksCommand({})), { name: "InvalidSignatureException" });
await assert.rejects(call("StartWirelessDeviceImportTask", { DestinationName: "no spaces", Sidewalk: { DeviceCreationFile, Role } }),
  wireless.ValidationException);
