"""apache2 as a process of the tests, with one protected page for OpenID Connect and one for CAS."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

MODULES = Path("/usr/lib/apache2/modules")
SERVER = "/usr/sbin/apache2"
LOADED = (
    *("mpm_event", "authn_core", "authz_core", "authz_user", "dir", "mime", "include", "env", "headers"),
    *("auth_openidc", "auth_cas"),
)
PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>
<p id="user"><!--#echo var="REMOTE_USER" --></p><p id="role"><!--#echo var="{role}" --></p></html>
"""


@dataclass(frozen=True)
class Apache:
    """port: chosen before, for the portal has to allow it. The addresses are those that a department registers."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def callback(self) -> str:
        return f"{self.url}/oidc/callback"

    @property
    def oidc_page(self) -> str:
        return f"{self.url}/oidc/index.shtml"

    @property
    def goodbye(self) -> str:
        return f"{self.url}/goodbye.html"

    @property
    def cas_page(self) -> str:
        return f"{self.url}/cas/index.shtml"


@contextmanager
def running(apache: Apache, *, issuer: str, client_id: str, secret: str) -> Iterator[None]:
    """Start it and wait until it answers. Its folder is open to its own account, as that of any server is."""
    folder = Path(tempfile.mkdtemp(prefix="portal-apache-"))
    folder.chmod(0o755)
    try:
        _write_pages(folder / "www")
        _make_cache(folder / "cas-cache")
        conf = folder / "apache.conf"
        conf.write_text(_configuration(apache, folder, issuer, client_id, secret), encoding="utf-8")
        with subprocess.Popen([SERVER, "-f", str(conf), "-DFOREGROUND"]) as process:
            try:
                _wait(apache, process, folder)
                yield
            finally:
                process.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_pages(root: Path) -> None:
    for name, role in {"oidc": "OIDC_CLAIM_role", "cas": "HTTP_CAS_ROLE"}.items():
        (root / name).mkdir(parents=True)
        (root / name / "index.shtml").write_text(PAGE.format(title=f"{name} 系统", role=role), encoding="utf-8")
    (root / "goodbye.html").write_text("<!doctype html><title>再见</title><h1>再见</h1>", encoding="utf-8")


def _make_cache(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        account = pwd.getpwnam("www-data")
        os.chown(folder, account.pw_uid, account.pw_gid)


def _wait(apache: Apache, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    for _ in range(100):
        with suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{apache.url}/goodbye.html", timeout=3).close()
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    log = folder / "error.log"
    raise AssertionError(log.read_text(encoding="utf-8") if log.exists() else "apache2 did not start")


def _configuration(apache: Apache, folder: Path, issuer: str, client_id: str, secret: str) -> str:
    loads = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED)
    account = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
    return f"""
{loads}
{account}
ServerRoot {folder}
ServerName 127.0.0.1
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
Mutex file:{folder} default
Listen 127.0.0.1:{apache.port}
ErrorLog {folder}/error.log
LogLevel warn auth_openidc:info auth_cas:info
TypesConfig /etc/mime.types
DocumentRoot {folder}/www
AddType text/html .shtml
AddDefaultCharset utf-8
AddOutputFilter INCLUDES .shtml
<Directory {folder}/www>
  Options +Includes
  Require all granted
</Directory>

OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCRedirectURI {apache.callback}
OIDCCryptoPassphrase {secrets.token_hex(16)}
OIDCScope "openid profile"
OIDCPKCEMethod S256
OIDCRemoteUserClaim name
OIDCPassClaimsAs environment
<Location /oidc/>
  AuthType openid-connect
  Require valid-user
</Location>

CASLoginURL {issuer}/cas/login
CASValidateURL {issuer}/cas/p3/serviceValidate
CASCookiePath {folder}/cas-cache/
CASVersion 2
CASSSOEnabled On
CASAttributePrefix CAS-
<Location /cas/>
  AuthType CAS
  CASAuthNHeader CAS-User
  Require valid-user
</Location>
"""
