# SPDX-License-Identifier: Apache-2.0
"""Container images for tests, made without a registry and without a Docker engine: buildah builds them over a base that
debootstrap makes. They are kept in the build folder, and built again when what they are built from has changed.
"""
import functools
import hashlib
import os
import shutil
import subprocess
import sys

from sandbox import BUILD, ROOT

SKIPPED = 77
FOLDER = BUILD / "image"
BASE = "localhost/expresslink-test-base"
REVISION = "0123456789abcdef"
NGINX = """set -e
apt-get update
apt-get install --yes --no-install-recommends nginx-light curl
rm -r /etc/nginx/sites-enabled/default /var/lib/apt/lists/* /var/lib/nginx
mkdir -p /var/cache/nginx
ln -s /var/cache/nginx /var/lib/nginx
getent group 101 || groupadd --gid 101 nginx
getent passwd 101 || useradd --uid 101 --gid 101 --no-create-home nginx
ln -sf /dev/stdout /var/log/nginx/access.log
ln -sf /dev/stderr /var/log/nginx/error.log
"""
ENVIRONMENT = {**os.environ, "BUILDAH_ISOLATION": "chroot"}


def skip(why):
    print(f"This test is skipped: {why}", file=sys.stderr)
    sys.exit(SKIPPED)


def need(*tools):
    """Ends the test unless it may run, and these tools are installed."""
    if os.environ.get("EXPRESSLINK_SKIP_IMAGE"):
        skip("--no-image, or EXPRESSLINK_SKIP_IMAGE, says so.")
    if os.geteuid() != 0:
        skip("debootstrap and buildah's chroot isolation need root.")
    for tool in ("buildah", "debootstrap", *tools):
        if not shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin"):
            skip(f"{tool} is not installed.")


def run(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT, **options)
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout[-6000:]}")
    return done.stdout


@functools.cache
def driver():
    """overlay if this folder's file system can be a part of one, otherwise vfs, which copies each layer."""
    trial = FOLDER / "overlay-trial"
    shutil.rmtree(trial, ignore_errors=True)
    for name in ("lower", "upper", "work", "merged"):
        (trial / name).mkdir(parents=True)
    layers = ",".join(f"{name}dir={trial / name}" for name in ("lower", "upper", "work"))
    mounted = subprocess.run(["unshare", "--mount", "mount", "-t", "overlay", "overlay", "-o", layers, trial / "merged"],
                             capture_output=True)
    shutil.rmtree(trial)
    return "vfs" if mounted.returncode else "overlay"


def storage():
    """The options with which buildah and podman find the images."""
    return ("--storage-driver", driver(), "--root", FOLDER / driver(), "--runroot", FOLDER / "run")


def buildah(*arguments):
    return run("buildah", *storage(), *arguments)


def debian_mirror():
    """Where this machine has its Debian packages from."""
    options = ("--format", "$(REPO_URI) $(CODENAME) $(ORIGIN)", "Created-By: Packages")
    for line in run("apt-get", "indextargets", *options).splitlines():
        address, codename, origin = line.split(" ", 2)
        if (codename, origin) == ("bookworm", "Debian"):
            return address
    raise AssertionError("apt knows no source of bookworm")


def has(image):
    return image in buildah("images", "--format", "{{.Name}}:{{.Tag}}").split()


def make_base():
    """Debian with nothing installed, and this machine's ways of reaching its packages."""
    if has(f"{BASE}:latest"):
        return
    tree = FOLDER / "base"
    shutil.rmtree(tree, ignore_errors=True)
    tree.parent.mkdir(parents=True, exist_ok=True)
    run("debootstrap", "--variant=minbase", "bookworm", tree, debian_mirror())
    settings = [line for line in run("apt-config", "dump").splitlines()
                if line.startswith("Acquire::") and not line.startswith("Acquire::IndexTargets")]
    (tree / "etc/apt/apt.conf.d/99host").write_text("\n".join(settings) + "\n")
    container = buildah("from", "scratch").strip()
    buildah("add", container, tree, "/")
    buildah("commit", container, BASE)
    buildah("rm", container)
    shutil.rmtree(tree)


def context():
    """The files that an image is built from, as .dockerignore says."""
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    yield ROOT / "Dockerfile"
    for name in sorted(kept):
        for path in sorted((ROOT / name).rglob("*")) if (ROOT / name).is_dir() else [ROOT / name]:
            if path.is_file() and path.suffix not in (".pem", ".key", ".pyc"):
                yield path


def fingerprint():
    digest = hashlib.sha256()
    for path in context():
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def make(target):
    """Builds this target of the Dockerfile and returns the image's name. All targets share the layers that they have in common."""
    name = f"localhost/expresslink-{target}:{fingerprint()}"
    if has(name):
        return name
    make_base()
    for image in buildah("images", "--format", "{{.Name}}:{{.Tag}}").split():
        if image.startswith(f"localhost/expresslink-{target}:"):
            buildah("rmi", "--force", image)
    buildah("build", "--layers", "--format", "docker", "--build-arg", f"BASE={BASE}", "--build-arg", f"REVISION={REVISION}",
            "--target", target, "--tag", name, ROOT)
    return name


def make_nginx():
    """nginx as Debian has it, with the user, the folders, the command and the tools of nginx's own image; returns its name."""
    name = f"localhost/expresslink-test-nginx:{hashlib.sha256(NGINX.encode()).hexdigest()[:16]}"
    if has(name):
        return name
    make_base()
    container = buildah("from", BASE).strip()
    buildah("run", container, "--", "sh", "-c", NGINX)
    buildah("config", "--cmd", '["nginx", "-g", "daemon off;"]', "--stop-signal", "SIGQUIT", "--port", "80", container)
    buildah("commit", "--format", "docker", container, name)
    buildah("rm", container)
    return name
