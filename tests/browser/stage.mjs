// SPDX-License-Identifier: Apache-2.0
// What stands behind the pages, and really so: both accounts with their brokers, modules, and a portal, on free ports of
// this machine. stop() ends what was started, and nothing else.
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { DEADLINE_MS } from "./patience.mjs";

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const build = path.resolve(process.env.EXPRESSLINK_BUILD_DIR ?? path.join(root, "build/debug"));

/** Polls until condition() gives something true, and returns it. */
export async function eventually(condition, what) {
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await pause(20)) {
    const answer = await condition();
    if (answer) return answer;
  }
  throw new Error(`not within ${DEADLINE_MS / 1000} s: ${what}`);
}

/** A ThingName as module makers write it, starting with a letter so that "upper case" means something. */
export function randomThing() {
  return "a" + randomBytes(16).toString("hex").slice(1);
}

/** A child process whose lines are kept. */
class Program {
  constructor(file, args, options) {
    this.name = path.basename(file);
    this.lines = [];
    this.child = spawn(file, args, options);
    const output = options.stdio[1] === "pipe" ? this.child.stdout : this.child.stderr;
    createInterface(output).on("line", (line) => this.lines.push(line));
    this.ended = once(this.child, "close");
  }

  line(pattern) {
    return eventually(() => {
      if (this.child.exitCode !== null) throw new Error(`${this.name} has ended:\n${this.lines.join("\n")}`);
      return this.lines.map((line) => line.match(pattern)).find((match) => match !== null);
    }, `a line ${pattern} of ${this.name}; has said:\n${this.lines.slice(-10).join("\n")}`);
  }

  /** Where a portal listens: "listening" or "admin_listening". */
  async origin(event) {
    const [, address] = await this.line(new RegExp(`portal\\.${event}"?[ ,]"?address"?[=:]"?([0-9.]+:\\d+)`));
    return `http://${address}`;
  }

  /** An orderly end is part of what is tested: sanitizers speak up there. */
  async stop() {
    if (this.child.exitCode === null) this.child.kill("SIGTERM");
    const [code] = await this.ended;
    if (code !== 0) throw new Error(`${this.name} ended with ${code}:\n${this.lines.slice(-40).join("\n")}`);
  }
}

class Module extends Program {
  command(text) {
    this.child.stdin.write(`${text}\n`);
  }

  /** Waits for what the module tells of itself: subscribed, connected ... */
  told(event) {
    return this.line(new RegExp(`"event": ?"${event}"`));
  }

  /** What a device does in the first ten seconds after its arrival is no power cycle (ownership/challenge.h). */
  async settled() {
    await this.told("onboarded");
    await pause(10_500);
  }

  async stop() {
    this.child.stdin.end();
    await super.stop();
  }
}

/** Both accounts, and a portal between them. */
export class Stage {
  #programs = [];

  /** settings: environment variables of the portal's configuration. parts: the accounts that are there. sections: more
      lines of its configuration. */
  static async start(settings = {}, parts = ["staging", "oem"], sections = "") {
    const stage = new Stage();
    stage.#state = await mkdtemp(path.join(tmpdir(), "expresslink-browser-"));
    try {
      const only = parts.flatMap((part) => ["--only", part]);
      stage.#told = JSON.parse(await stage.#sandbox("start", "--port", "0", ...only));
      await appendFile(stage.#told.portal_ini, sections);
      await stage.#startPortal(settings);
      await stage.#connected(parts.length);
    } catch (error) {
      await stage.stop().catch(() => {});
      throw error;
    }
    return stage;
  }

  #state;
  #told;
  #adminOrigin;

  async #sandbox(action, ...more) {
    const args = [action, "--state", this.#state, "--build", build, ...more];
    return (await run(path.join(root, "sandbox/sandbox"), args, { timeout: DEADLINE_MS })).stdout;
  }

  async #startPortal(settings) {
    const environment = {
      PORTAL_HTTP_LISTEN: "127.0.0.1:0",
      PORTAL_HTTP_ADMIN_LISTEN: "127.0.0.1:0",
      PORTAL_HTTP_REGISTRATIONS_PER_MINUTE: "0",
      PORTAL_PAGES_TEMPLATES: process.env.EXPRESSLINK_TEMPLATES ?? path.join(root, "templates"),
      PORTAL_PAGES_STATIC: process.env.EXPRESSLINK_STATIC ?? path.join(root, "static"),
      PORTAL_CLAIM_SCHEDULE: "1s",
      ...settings,
    };
    const portal = new Program(path.join(build, "server/expresslink-portal"), ["--config", this.#told.portal_ini], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, ...environment },
    });
    this.#programs.push(portal);
    this.origin = await portal.origin("listening");
    this.#adminOrigin = await portal.origin("admin_listening");
  }

  async #connected(accounts) {
    await eventually(async () => {
      const { checks } = await (await fetch(`${this.#adminOrigin}/readyz`)).json();
      return Object.values(checks).filter((check) => check === "connected").length >= accounts;
    }, "the portal is connected to its accounts");
  }

  /** The staging account comes up: for stages that were started without. */
  async startStaging() {
    await this.#sandbox("start", "--only", "staging");
  }

  /** Registers through the API; returns the path of the status page. */
  async claim(thing) {
    const answer = await fetch(`${this.origin}/api/v1/registrations`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ identifier: thing }),
    });
    if (answer.status !== 202) throw new Error(`not accepted: ${answer.status} ${await answer.text()}`);
    return `/registrations/${(await answer.json()).token}`;
  }

  /** A module that is still switched off. */
  module(thing) {
    const module = new Module(path.join(build, "sandbox/expresslink-module"), [
      "--certificates", path.join(this.#state, "certificates"),
      "--folder", path.join(this.#state, `module-${thing}`),
      "--staging-address", this.#told.staging_address,
      "--port", String(this.#told.port),
      "--backoff", "50,500", "--thing", thing, "--off",
    ], { stdio: ["pipe", "pipe", "inherit"] });
    this.#programs.push(module);
    return module;
  }

  /** How the OEM account misbehaves from now on; {}: not at all. */
  async faults(faults) {
    await writeFile(path.join(this.#state, "oem/faults.json"), JSON.stringify(faults));
  }

  /** Ends everything, also when some of it has already failed; throws the first failure. */
  async stop() {
    const ends = await Promise.allSettled(this.#programs.map((program) => program.stop()));
    ends.push(...await Promise.allSettled([this.#sandbox("stop")]));
    await rm(this.#state, { recursive: true, force: true });
    const failed = ends.find((end) => end.status === "rejected");
    if (failed) throw failed.reason;
  }
}
