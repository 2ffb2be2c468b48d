"""System packages that language packages need, by Debian's names. Language packages themselves are never added."""

from collections.abc import Collection, Mapping

BUILD: Mapping[str, tuple[str, ...]] = {
    "psycopg2": ("libpq-dev",),
    "psycopg[c]": ("libpq-dev",),
    "mysqlclient": ("default-libmysqlclient-dev", "pkg-config"),
    "pyodbc": ("unixodbc-dev",),
    "python-ldap": ("libldap2-dev", "libsasl2-dev"),
    "pycairo": ("libcairo2-dev", "pkg-config"),
    "xmlsec": ("libxmlsec1-dev", "libxml2-dev", "pkg-config"),
    "pygraphviz": ("graphviz", "libgraphviz-dev"),
}
"""To compile what has no wheel."""

RUN: Mapping[str, tuple[str, ...]] = {
    "psycopg2": ("libpq5",),
    "psycopg": ("libpq5",),
    "mysqlclient": ("libmariadb3",),
    "pyodbc": ("unixodbc",),
    "python-ldap": ("libldap-common",),
    "pycairo": ("libcairo2",),
    "cairosvg": ("libcairo2",),
    "weasyprint": ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
    "xmlsec": ("libxmlsec1-openssl",),
    "python-magic": ("libmagic1",),
    "opencv-python": ("libgl1", "libglib2.0-0"),
    "pdf2image": ("poppler-utils",),
    "pytesseract": ("tesseract-ocr",),
    "pydub": ("ffmpeg",),
    "ffmpeg-python": ("ffmpeg",),
    "pygraphviz": ("graphviz",),
    "graphviz": ("graphviz",),
    "@prisma/client": ("openssl",),
}
"""To load or call at run time."""

# A wheel brings its own library.
_BUNDLED = {"psycopg": ("psycopg[binary]", "psycopg-binary"), "opencv-python": ("opencv-python-headless",)}


def needed(table: Mapping[str, tuple[str, ...]], packages: Collection[str]) -> tuple[str, ...]:
    """The system packages that these packages need, sorted."""
    return tuple(
        sorted(
            {
                name
                for package, names in table.items()
                if package in packages and not any(bundle in packages for bundle in _BUNDLED.get(package, ()))
                for name in names
            }
        )
    )
