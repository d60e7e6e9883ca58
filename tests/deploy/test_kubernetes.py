# SPDX-License-Identifier: Apache-2.0
"""deploy/kubernetes: the API's own schemas, every sentence of the Pod Security Standard "restricted", that the objects fit each
other and the image, and that the portal takes the portal.ini in them. No cluster is started: Debian 12 has none."""
import copy
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from patience import DEADLINE, LONG_DEADLINE
from portal import PROGRAM
from sandbox import BUILD, ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
OBJECTS = [each for file in sorted(FOLDER.glob("*.yaml")) for each in yaml.safe_load_all(file.read_text())]
REPLICAS = [each for file in sorted((FOLDER / "replicas").glob("*.yaml")) for each in yaml.safe_load_all(file.read_text())]
OPERATOR = yaml.safe_load((FOLDER / "operator" / "pod.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SKIPPED = 77
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
SELINUX = {None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}


def one(kind, objects=None):
    found, = (each for each in objects or OBJECTS if each["kind"] == kind)
    return found


def containers(pod):
    return [each for kind in ("containers", "initContainers", "ephemeralContainers") for each in pod.get(kind, [])]


def not_restricted(pod):
    """What the standard, baseline and restricted, forbids in a pod's spec, in its order."""
    common = pod.get("securityContext", {})
    contexts = [("pod", common)] + [(each["name"], each.get("securityContext", {})) for each in containers(pod)]
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(name):
            yield f"{name} is set"
    for volume in pod.get("volumes", []):
        if not volume.keys() - {"name"} <= VOLUMES:
            yield f"volume {volume['name']} is of another kind"
    for sysctl in common.get("sysctls", []):
        yield f"sysctl {sysctl['name']}"
    for name, context in contexts:
        if context.get("windowsOptions", {}).get("hostProcess") or context.get("privileged"):
            yield f"{name} is privileged"
        options = context.get("seLinuxOptions", {})
        if options.get("type") not in SELINUX or options.get("user") or options.get("role"):
            yield f"{name} has SELinux options"
        if context.get("procMount", "Default") != "Default" or context.get("appArmorProfile", {}).get("type") == "Unconfined":
            yield f"{name} sees more of /proc, or is unconfined"
        if context.get("runAsUser") == 0:
            yield f"{name} runs as root"
        if context.get("seccompProfile", {}).get("type", "RuntimeDefault") not in ("RuntimeDefault", "Localhost"):
            yield f"{name} has no seccomp profile"
    for each in containers(pod):
        yield from _container_not_restricted(each, common)


def _container_not_restricted(container, common):
    name, context = container["name"], container.get("securityContext", {})
    capabilities = context.get("capabilities", {})
    if any(port.get("hostPort") for port in container.get("ports", [])):
        yield f"{name} has a hostPort"
    if context.get("allowPrivilegeEscalation") is not False:
        yield f"{name} may gain privileges"
    if not (context.get("runAsNonRoot", common.get("runAsNonRoot"))):
        yield f"{name} may be root"
    if "type" not in context.get("seccompProfile", common.get("seccompProfile", {})):
        yield f"{name} names no seccomp profile"
    if "ALL" not in capabilities.get("drop", []) or not set(capabilities.get("add", [])) <= {"NET_BIND_SERVICE"}:
        yield f"{name} keeps capabilities"


class Restricted(unittest.TestCase):
    def setUp(self):
        self.pod = copy.deepcopy(one("Deployment")["spec"]["template"]["spec"])
        self.container, = self.pod["containers"]

    def test_what_is_forbidden_is_seen(self):
        changes = [lambda pod, c: pod.update(hostNetwork=True), lambda pod, c: pod.update(hostPID=True),
                   lambda pod, c: pod["volumes"].append({"name": "x", "hostPath": {"path": "/"}}),
                   lambda pod, c: pod["securityContext"].update(sysctls=[{"name": "kernel.msgmax", "value": "1"}]),
                   lambda pod, c: pod["securityContext"].update(runAsUser=0),
                   lambda pod, c: pod["securityContext"].pop("runAsNonRoot"),
                   lambda pod, c: pod["securityContext"].pop("seccompProfile"),
                   lambda pod, c: pod["securityContext"].update(seccompProfile={"type": "Unconfined"}),
                   lambda pod, c: pod["securityContext"].update(seLinuxOptions={"type": "spc_t"}),
                   lambda pod, c: c["ports"].append({"containerPort": 1, "hostPort": 1}),
                   lambda pod, c: c["securityContext"].update(privileged=True),
                   lambda pod, c: c["securityContext"].update(procMount="Unmasked"),
                   lambda pod, c: c["securityContext"].pop("allowPrivilegeEscalation"),
                   lambda pod, c: c["securityContext"].update(capabilities={"drop": ["NET_RAW"]}),
                   lambda pod, c: c["securityContext"]["capabilities"].update(add=["SYS_ADMIN"]),
                   lambda pod, c: pod.update(initContainers=[{"name": "early"}])]
        for change in changes:
            self.setUp()
            change(self.pod, self.container)
            with self.subTest(self.pod):
                self.assertTrue(list(not_restricted(self.pod)))

    def test_nothing_is(self):
        self.assertEqual(list(not_restricted(self.pod)), [])
        self.assertEqual(one("Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted")

    def test_and_more_than_that(self):
        self.assertIs(self.container["securityContext"]["readOnlyRootFilesystem"], True)
        self.assertIs(self.pod["automountServiceAccountToken"], False)
        self.assertIs(self.pod["enableServiceLinks"], False)


class Together(unittest.TestCase):
    def setUp(self):
        self.deployment = one("Deployment")
        self.pod = self.deployment["spec"]["template"]["spec"]
        self.container, = self.pod["containers"]

    def test_one_namespace_and_one_set_of_labels(self):
        labels = self.deployment["spec"]["template"]["metadata"]["labels"]
        for each in OBJECTS:
            if each["kind"] != "Namespace":
                self.assertEqual(each["metadata"]["namespace"], one("Namespace")["metadata"]["name"], each["kind"])
                self.assertEqual(each["metadata"]["labels"], labels, each["kind"])
        selectors = (self.deployment["spec"]["selector"]["matchLabels"], one("Service")["spec"]["selector"],
                     one("NetworkPolicy")["spec"]["podSelector"]["matchLabels"])
        self.assertEqual([selector for selector in selectors if selector != labels], [])

    def test_ports(self):
        ports = {port["name"]: port["containerPort"] for port in self.container["ports"]}
        ini = one("ConfigMap")["data"]["portal.ini"]
        self.assertEqual(ports, {"http": int(re.search(r"^listen = :(\d+)$", ini, re.M)[1]),
                                 "admin": int(re.search(r"^admin_listen = :(\d+)$", ini, re.M)[1])})
        self.assertEqual(ports["http"], int(re.search(r"^EXPOSE (\d+)$", DOCKERFILE, re.M)[1]))
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            self.assertEqual(self.container[probe]["httpGet"]["port"], "admin")
        self.assertEqual([port["targetPort"] for port in one("Service")["spec"]["ports"]], ["http"])
        let_in = [port["port"] for rule in one("NetworkPolicy")["spec"]["ingress"] for port in rule["ports"]]
        self.assertEqual(let_in, ["http", "admin"])

    def test_the_ingress_leads_to_the_service_under_the_name_that_people_see(self):
        rule, = one("Ingress")["spec"]["rules"]
        path, = rule["http"]["paths"]
        service = one("Service")
        self.assertEqual(path["backend"]["service"], {"name": service["metadata"]["name"],
                                                      "port": {"name": service["spec"]["ports"][0]["name"]}})
        public = re.search(r"^public_url = https://(.*)$", one("ConfigMap")["data"]["portal.ini"], re.M)[1]
        self.assertEqual(({public}, [public]), ({rule["host"]}, one("Ingress")["spec"]["tls"][0]["hosts"]))

    def test_the_ingress_logs_no_address_of_a_status_page(self):
        annotations = one("Ingress")["metadata"]["annotations"]
        self.assertEqual(annotations["nginx.ingress.kubernetes.io/enable-access-log"], "false")

    def test_every_file_that_is_to_be_changed_is_named(self):
        told = set(re.findall(r"^#   (\S+\.yaml)  ", (FOLDER / "namespace.yaml").read_text(), re.M))
        self.assertEqual(told | {"namespace.yaml", "service.yaml"}, {file.name for file in FOLDER.glob("*.yaml")})

    def test_volumes(self):
        mounts = {mount["name"]: mount for mount in self.container["volumeMounts"]}
        volumes = {volume["name"]: volume for volume in self.pod["volumes"]}
        self.assertEqual(mounts.keys(), volumes.keys())
        self.assertEqual(volumes["configuration"]["configMap"]["name"], one("ConfigMap")["metadata"]["name"])
        self.assertEqual(volumes["data"]["persistentVolumeClaim"]["claimName"], one("PersistentVolumeClaim")["metadata"]["name"])
        self.assertIn(f"secret generic {volumes['secrets']['secret']['secretName']} ", (FOLDER / "namespace.yaml").read_text())
        self.assertEqual(mounts["data"]["mountPath"], re.search(r"^VOLUME (\S+)$", DOCKERFILE.split("AS portal")[1], re.M)[1])
        self.assertEqual([name for name, mount in mounts.items() if not mount.get("readOnly")], ["data"])

    def test_the_image_s_user_and_command(self):
        user = re.search(r"^ARG USER_ID=(\d+)$", DOCKERFILE, re.M)[1]
        self.assertEqual({str(self.pod["securityContext"][name]) for name in ("runAsUser", "runAsGroup", "fsGroup")}, {user})
        self.assertEqual(self.container["args"], json.loads(re.search(r"^CMD (\[\"--config.*\])$", DOCKERFILE, re.M)[1]))

    def test_one_at_a_time(self):
        self.assertEqual((self.deployment["spec"]["replicas"], self.deployment["spec"]["strategy"]), (1, {"type": "Recreate"}))
        self.assertEqual(one("PersistentVolumeClaim")["spec"]["accessModes"], ["ReadWriteOnce"])

    def test_every_secret_file_is_one_that_the_command_puts_there(self):
        told = set(re.findall(r"--from-file=(\S+)", (FOLDER / "namespace.yaml").read_text()))
        mount = next(each["mountPath"] for each in self.container["volumeMounts"] if each["name"] == "secrets")
        more = {"database-password", "database-ca.pem"}  # of replicas/
        self.assertEqual(set(re.findall(rf"^\w+ = {mount}/(\S+)$", one("ConfigMap")["data"]["portal.ini"], re.M)), told - more)
        self.assertEqual(set(re.findall(rf"{mount}/([\w.-]+)", one("ConfigMap", REPLICAS)["data"]["portal.ini"])), told | more)


class Replicas(unittest.TestCase):
    """replicas/ is the same for two portals on one PostgreSQL database, and nothing else differs."""

    def setUp(self):
        self.deployment, self.alone = one("Deployment", REPLICAS), one("Deployment")
        self.pod = self.deployment["spec"]["template"]["spec"]

    def test_two_and_one_always_serves(self):
        spec = self.deployment["spec"]
        self.assertEqual((spec["replicas"], spec["strategy"]["type"]), (2, "RollingUpdate"))
        self.assertEqual(spec["strategy"]["rollingUpdate"], {"maxUnavailable": 0, "maxSurge": 1})
        budget = one("PodDisruptionBudget", REPLICAS)
        self.assertEqual(budget["spec"]["minAvailable"], 1)
        self.assertEqual(budget["spec"]["selector"], spec["selector"])

    def test_the_pod_is_the_same_but_for_its_volume(self):
        self.assertEqual(list(not_restricted(self.pod)), [])
        here, alone = copy.deepcopy(self.pod), copy.deepcopy(self.alone["spec"]["template"]["spec"])
        alone["volumes"] = [each for each in alone["volumes"] if each["name"] != "data"]
        container, = alone["containers"]
        container["volumeMounts"] = [each for each in container["volumeMounts"] if each["name"] != "data"]
        container["readinessProbe"]["periodSeconds"] = here["containers"][0]["readinessProbe"]["periodSeconds"]
        alone["terminationGracePeriodSeconds"] = here["terminationGracePeriodSeconds"]
        self.assertEqual(here.pop("topologySpreadConstraints")[0]["labelSelector"], self.deployment["spec"]["selector"])
        self.assertEqual(here, alone)

    def test_the_configuration_is_the_same_but_for_the_store(self):
        here, alone = (one("ConfigMap", objects)["data"]["portal.ini"].splitlines() for objects in (REPLICAS, OBJECTS))
        self.assertEqual([line for line in alone if line not in here], [])
        more = [line.partition(" = ")[0] for line in here if line not in alone and not line.startswith(";")]
        self.assertEqual(more, ["drain", "[store]", "url", "password_file"])

    def test_there_is_time_to_end(self):
        drain = int(re.search(r"^drain = (\d+)s$", one("ConfigMap", REPLICAS)["data"]["portal.ini"], re.M)[1])
        probe = self.pod["containers"][0]["readinessProbe"]
        self.assertGreater(drain, probe["periodSeconds"] * 3, "readiness is seen in time")
        self.assertGreaterEqual(self.pod["terminationGracePeriodSeconds"], drain + self.alone["spec"]["template"]["spec"][
            "terminationGracePeriodSeconds"])

    def test_the_policy_lets_it_to_the_database_too(self):
        here, alone = one("NetworkPolicy", REPLICAS), one("NetworkPolicy")
        here["spec"]["egress"][0]["ports"].remove({"protocol": "TCP", "port": 5432})
        self.assertEqual(here, alone)


class Operator(unittest.TestCase):
    """The pod for commands while the portal is stopped."""

    def setUp(self):
        self.pod = OPERATOR["spec"]
        self.container, = self.pod["containers"]
        self.portal = one("Deployment")["spec"]["template"]["spec"]

    def test_it_has_what_the_portal_has(self):
        portal, = self.portal["containers"]
        self.assertEqual([self.container[key] for key in ("image", "volumeMounts", "resources", "securityContext")],
                         [portal[key] for key in ("image", "volumeMounts", "resources", "securityContext")])
        self.assertEqual([self.pod[key] for key in ("volumes", "securityContext")],
                         [self.portal[key] for key in ("volumes", "securityContext")])
        self.assertEqual(list(not_restricted(self.pod)), [])

    def test_it_gets_no_requests(self):
        self.assertNotEqual(OPERATOR["metadata"]["labels"], one("Service")["spec"]["selector"])
        self.assertEqual(OPERATOR["metadata"]["namespace"], one("Namespace")["metadata"]["name"])

    def test_the_steps_of_a_restore_name_what_is_there(self):
        """docs/store.md: each pod, deployment, file and path that it says, and commands that the portal has."""
        document = (ROOT / "docs" / "store.md").read_text()
        steps = "\n".join(re.findall(r"<!-- test: kubernetes -->\n```sh\n(.*?)```", document, re.S))
        mounts = {mount["name"]: mount["mountPath"] for mount in self.container["volumeMounts"]}
        self.assertEqual(re.findall(r"^data=(\S+)$", steps, re.M), [mounts["data"]])
        self.assertEqual(set(re.findall(r"--config (\S+)/portal.ini", steps)), {mounts["configuration"]})
        self.assertEqual(set(re.findall(r"--namespace=(\w+)", steps)), {OPERATOR["metadata"]["namespace"]})
        self.assertEqual(set(re.findall(r"--selector=(\S+?)=(\S+)", steps)), set(one("Service")["spec"]["selector"].items()))
        self.assertEqual(set(re.findall(r"deployment[ /](\S+)", steps)), {one("Deployment")["metadata"]["name"]})
        self.assertEqual(set(re.findall(r"(?:pod[ /]|cp backup.db |exec )(expresslink-\S+?)[ :\n]", steps)), {OPERATOR["metadata"]["name"]})
        self.assertEqual(re.findall(r"--filename=(\S+)", steps), ["deploy/kubernetes/operator/pod.yaml"])
        self.assertEqual(re.findall(r"-- expresslink-portal (\w+) \S+ --config", steps), ["backup", "restore"])
        for name in ("backup", "restore"):
            done = subprocess.run([PROGRAM, name, "--help"], capture_output=True, text=True, timeout=DEADLINE)
            self.assertIn(f"{name} FILE", done.stdout)


class Configuration(unittest.TestCase):
    def check(self, ini):
        """With files of the sandbox's kind in place of those that are named."""
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-keyout", folder / "key", "-out", folder / "pem", "-days", "1", "-subj", "/CN=x"], check=True,
                           capture_output=True)
            ini = re.sub(r"^(\w+_file) = .*[.-](pem|key|password)$", lambda found: f"{found[1]} = {folder}/{found[2]}", ini, flags=re.M)
            (folder / "password").write_text("x\n")
            (folder / "portal.ini").write_text(ini)
            store = {} if "postgresql:" in ini else {"PORTAL_STORE_URL": f"sqlite:{folder}/portal.db"}  # the volume is not here
            return subprocess.run([PROGRAM, "--config", folder / "portal.ini", "--check-config"], capture_output=True, text=True,
                                  timeout=DEADLINE, env={**os.environ, **store, "PORTAL_HTTP_LISTEN": ":8080",
                                                   "PORTAL_PAGES_TEMPLATES": str(ROOT / "templates"),
                                                   "PORTAL_PAGES_STATIC": str(ROOT / "static")})

    def test_the_portal_takes_it(self):
        for objects in (OBJECTS, REPLICAS):
            ini = one("ConfigMap", objects)["data"]["portal.ini"]
            for text, taken in ((ini.replace("identifier_form", "identifier_from"), False), (ini, True)):
                done = self.check(text)
                self.assertEqual(done.returncode == 0, taken, done.stderr)


class Schemas(unittest.TestCase):
    def wrong(self, objects):
        done = subprocess.run([ROOT / "tests" / "schemas" / "run", BUILD / "tests" / "schemas", "kubernetes.mjs"], text=True,
                              input=json.dumps(objects), capture_output=True, timeout=LONG_DEADLINE)
        if done.returncode == SKIPPED:
            self.skipTest(done.stdout.strip())
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_mistakes_are_seen(self):
        changed = copy.deepcopy(OBJECTS)
        deployment = one("Deployment", changed)["spec"]
        deployment["strategy"]["typ"] = "x"
        deployment["template"]["spec"]["containers"][0]["livenessProbe"]["httpGet"]["prot"] = 1
        one("Service", changed)["spec"]["ports"][0]["port"] = "eighty"
        self.assertEqual(len(self.wrong(changed)), 3)

    def test_every_object_is_as_the_api_says(self):
        self.assertEqual(self.wrong([*OBJECTS, *REPLICAS, OPERATOR]), [])


if __name__ == "__main__":
    unittest.main()
