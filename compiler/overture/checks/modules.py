"""Which distribution a Python module comes from, as far as that is known: other names, and who brings along whom."""

from __future__ import annotations

import re

_NAMED_OTHERWISE = {
    "attr": ("attrs",),
    "bs4": ("beautifulsoup4",),
    "cv2": ("opencv-python", "opencv-python-headless", "opencv-contrib-python"),
    "Crypto": ("pycryptodome", "pycrypto"),
    "dateutil": ("python-dateutil",),
    "dns": ("dnspython",),
    "docx": ("python-docx",),
    "dotenv": ("python-dotenv",),
    "fitz": ("pymupdf",),
    "git": ("gitpython",),
    "gitlab": ("python-gitlab",),
    "google": ("protobuf",),
    "googleapiclient": ("google-api-python-client",),
    "jenkins": ("python-jenkins",),
    "jose": ("python-jose",),
    "jwt": ("pyjwt",),
    "ldap": ("python-ldap",),
    "magic": ("python-magic",),
    "MySQLdb": ("mysqlclient",),
    "nacl": ("pynacl",),
    "OpenSSL": ("pyopenssl",),
    "PIL": ("pillow",),
    "pkg_resources": ("setuptools",),
    "pptx": ("python-pptx",),
    "psycopg2": ("psycopg2", "psycopg2-binary"),
    "pylab": ("matplotlib",),
    "rest_framework": ("djangorestframework",),
    "serial": ("pyserial",),
    "skimage": ("scikit-image",),
    "sklearn": ("scikit-learn",),
    "slugify": ("python-slugify",),
    "socks": ("pysocks",),
    "telegram": ("python-telegram-bot",),
    "usb": ("pyusb",),
    "win32api": ("pywin32",),
    "yaml": ("pyyaml",),
    "zmq": ("pyzmq",),
}
_BROUGHT = {
    "boto3": ("botocore", "dateutil", "jmespath", "s3transfer", "urllib3"),
    "fastapi": ("pydantic", "starlette"),
    "gspread": ("google",),
    "httpx": ("anyio", "certifi", "httpcore", "idna", "sniffio"),
    "jupyter": ("ipykernel", "notebook"),
    "kubernetes": ("yaml", "dateutil", "requests", "urllib3", "websocket", "certifi", "six"),
    "matplotlib": ("mpl_toolkits", "numpy", "PIL", "dateutil", "cycler", "kiwisolver", "packaging", "pylab"),
    "openai": ("httpx", "pydantic", "anyio"),
    "pandas": ("numpy", "dateutil", "pytz"),
    "plotly": ("narwhals", "packaging"),
    "requests": ("urllib3", "certifi", "idna", "charset_normalizer"),
    "scikit-learn": ("numpy", "scipy", "joblib", "threadpoolctl"),
    "scipy": ("numpy",),
    "seaborn": ("numpy", "pandas", "matplotlib"),
    "selenium": ("trio", "urllib3", "certifi"),
    "statsmodels": ("numpy", "pandas", "scipy", "patsy"),
    "torch": ("numpy", "jinja2", "networkx", "sympy"),
    "transformers": ("numpy", "requests", "tokenizers", "tqdm", "yaml", "huggingface_hub"),
    "xgboost": ("numpy", "scipy"),
}
"""Modules that a distribution brings along, so often imported beside it that nobody lists them."""
_OF_A_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:[=<>!~;(].*)?")


def distribution_of(requirement: str) -> str | None:
    """The plain name of what a requirement installs; None for a url, a path, an option."""
    found = _OF_A_NAME.fullmatch(requirement)
    return plain_name(found[1]) if found else None


def plain_name(name: str) -> str:
    """A name as indexes compare them (the packaging specifications, Names and normalization)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def gives(distribution: str, module: str) -> bool:
    """Whether a distribution, by its plain name, gives a top-level module: by its name, by ours for those that are
    named otherwise, or as a part of a family (`google-cloud-storage` of `google`)."""
    if distribution in _NAMED_OTHERWISE.get(module, ()):
        return True
    if any(each == module for each in _BROUGHT.get(distribution, ())):
        return True
    name = plain_name(module)
    bare = re.sub(r"^(?:python|py)-?|-?(?:python|py|binary|client|sdk|api)$", "", distribution)
    return name in (distribution, bare, f"py{bare}") or distribution.startswith(f"{name}-")


def usual_distribution(module: str) -> str:
    """What to name in `requirements` for a module."""
    return _NAMED_OTHERWISE.get(module, (plain_name(module),))[0]
