"""Copy the front-end files that the portal serves, named one by one, from the installed packages to static/vendor/.

A whole dist folder would be served, hashed and compressed for nothing. Run again after every change of a lock file:
a file that a newer release no longer has stops the copy and is named. Beside each script and style lies its .gz,
which WhiteNoise serves: without collectstatic, too, a page is light on a slow line.
"""

import gzip
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "static" / "vendor"
NODE = ROOT / "node_modules"
COMPRESSED = (".css", ".js")

#: The lazily loaded build: the entry, and the parts that it imports by name.
REVOGRID = (
    "app-globals-CA4dvSNd.js",
    "cell-renderer-D9ze8OJw.js",
    "column.service-pu_fdQ0S.js",
    "debounce-PCRWZliA.js",
    "dimension.helpers-Cln9sALu.js",
    "edit.utils-3ZbhQCv_.js",
    "events-BvSmBueA.js",
    "filter.button-CEPUxLUo.js",
    "header-cell-renderer-YCiVIQ2E.js",
    "index-BvMNbQyq.js",
    "index-CtimkLsB.js",
    "index.esm.js",
    "revo-grid.entry.js",
    "revo-grid.esm.js",
    "revogr-attribution_7.entry.js",
    "revogr-clipboard_3.entry.js",
    "revogr-data_4.entry.js",
    "revogr-filter-panel.entry.js",
    "row-resize.plugin-Dzn9bTOr.js",
    "text-editor-BVb0idxe.js",
    "throttle-3rhqdcLy.js",
    "viewport.helpers-CoCAvmZs.js",
    "viewport.store-DWMKRDSH.js",
)


def files() -> dict[str, Path]:
    """Where each served file, relative to static/vendor/, comes from."""
    return {
        "bootstrap/bootstrap.min.css": NODE / "bootstrap/dist/css/bootstrap.min.css",
        "bootstrap/bootstrap.min.css.map": NODE / "bootstrap/dist/css/bootstrap.min.css.map",
        "bootstrap/bootstrap.bundle.min.js": NODE / "bootstrap/dist/js/bootstrap.bundle.min.js",
        "bootstrap/bootstrap.bundle.min.js.map": NODE / "bootstrap/dist/js/bootstrap.bundle.min.js.map",
        "echarts/echarts.min.js": NODE / "echarts/dist/echarts.min.js",
        "htmx/htmx.min.js": _package("django_htmx") / "static/django_htmx/htmx-2.min.js",
        **{f"revogrid/{name}": NODE / "@revolist/revogrid/dist/revo-grid" / name for name in REVOGRID},
    }


def _package(name: str) -> Path:
    """Folder of an installed Python package, without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        sys.exit(f"{name} 没有安装,请先运行 scripts/setup.sh。")
    return Path(spec.origin).parent


def copy() -> int:
    """Make static/vendor/ anew. Returns the number of files."""
    wanted = files()
    missing = sorted(name for name, source in wanted.items() if not source.is_file())
    if missing:
        sys.exit("软件包里找不到: " + ", ".join(missing))
    shutil.rmtree(TARGET, ignore_errors=True)
    for name, source in wanted.items():
        (TARGET / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, TARGET / name)
        if source.suffix in COMPRESSED:
            (TARGET / f"{name}.gz").write_bytes(gzip.compress(source.read_bytes(), mtime=0))
    return len(wanted)


if __name__ == "__main__":
    print(f"static/vendor: {copy()} 个文件")
