"""Settings: one frozen value read once from the environment; nonsense stops the start with one clear sentence."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SECRET_MIN_CHARS = 32
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(ValueError):
    """A variable of the environment is missing or cannot be used; the message is one line naming it."""


@dataclass(frozen=True)
class Settings:
    """What a process was told by its environment; the variable of a field is its name in capitals."""

    database_url: str = field(repr=False)
    migrate_database_url: str = field(repr=False)
    discipline_database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    tracker_home: Path
    secret_key: str = field(repr=False)
    field_key: str = field(repr=False)
    field_key_old: tuple[str, ...] = field(repr=False)
    bind: str
    trusted_proxies: int
    public_url: str
    discipline_public_url: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    oidc_name: str
    port: int
    discipline_port: int
    web_concurrency: int
    log_level: str
    tz_local: ZoneInfo
    notice_smtp: str = field(repr=False)
    notice_sms: str = field(repr=False)
    notice_webhook: str = field(repr=False)
    virus_scan: str

    @property
    def home(self) -> Path:
        """Return the folder for everything the system keeps outside the database."""
        return self.tracker_home


@dataclass(frozen=True)
class Variable:
    """One variable: what it means in Chinese and in English, its default ("" when it must be set)."""

    zh: str
    en: str
    default: str = ""


SETTINGS: Mapping[str, Variable] = {
    "database_url": Variable(
        "PostgreSQL 地址（web、worker、clock 用），与 REDIS_URL 都不设时使用内置数据库",
        "PostgreSQL URL of web, worker and clock; unset together with REDIS_URL: embedded servers",
    ),
    "migrate_database_url": Variable(
        "建表与升级用的 PostgreSQL 地址（表的属主）",
        "PostgreSQL URL of the owner of the tables, for migrations",
        "DATABASE_URL",
    ),
    "discipline_database_url": Variable(
        "纪检端进程用的 PostgreSQL 地址（独立数据库角色）",
        "PostgreSQL URL of the discipline process, with its own database role",
        "DATABASE_URL",
    ),
    "redis_url": Variable("Redis 地址（任务队列）", "Redis URL of the job queue"),
    "tracker_home": Variable(
        "数据目录：内置数据库、密钥、附件、模型、备份",
        "folder of embedded servers, keys, files, models",
        "./var",
    ),
    "secret_key": Variable(
        "会话与链接签名密钥，至少 32 个字符；内置模式自动生成",
        "signs sessions and links, at least 32 characters; generated in embedded mode",
    ),
    "field_key": Variable(
        "个人信息加密密钥，至少 32 个字符，丢失后无法解密；内置模式自动生成",
        "seals personal data at rest, at least 32 characters; lost key, lost data; generated in embedded mode",
    ),
    "field_key_old": Variable(
        "其他仍可解密的个人信息密钥，逗号分隔；更换 FIELD_KEY 期间用，off 为没有；内置模式见 secrets/field_key_old",
        "further keys that still open personal data, comma separated, while FIELD_KEY is being replaced; off for none",
        "off",
    ),
    "bind": Variable(
        "网页服务监听的地址，只供本机访问时保持默认", "address the web servers listen on", "127.0.0.1"
    ),
    "trusted_proxies": Variable(
        "前面有几层自己的反向代理；来访地址取自它们写的 X-Forwarded-For，0 为直接访问",
        "reverse proxies of your own in front; that many entries of X-Forwarded-For are believed, 0 for none",
        "0",
    ),
    "public_url": Variable(
        "监督端对外网址，如 https://jd.example.gov.cn；https 时 Cookie 只走加密连接并启用 HSTS，off 为未定",
        "address of the supervision side as browsers see it; with https cookies are Secure and HSTS is sent, or off",
        "off",
    ),
    "discipline_public_url": Variable(
        "纪检端对外网址，含义同 PUBLIC_URL", "the same for the discipline side", "off"
    ),
    "oidc_issuer": Variable(
        "统一身份认证（OpenID Connect）的签发者网址，off 为不用",
        "issuer of an OpenID Connect provider to sign in with, off for none",
        "off",
    ),
    "oidc_client_id": Variable("在统一身份认证登记的应用编号", "client id registered there", "off"),
    "oidc_client_secret": Variable("该应用的密钥", "its client secret", "off"),
    "oidc_name": Variable("登录页上该认证的名称", "what the sign-in page calls it", "统一身份认证"),
    "port": Variable("监督端网页端口", "port of the supervision side", "8000"),
    "discipline_port": Variable("纪检端网页端口", "port of the discipline side", "8001"),
    "web_concurrency": Variable("每个网页服务的工作进程数", "worker processes per web server", "2"),
    "log_level": Variable("日志级别：DEBUG、INFO、WARNING、ERROR", "log level", "INFO"),
    "tz_local": Variable("办公所在时区", "zone the offices work in", "Asia/Shanghai"),
    "notice_smtp": Variable(
        "发通知邮件的服务器，如 smtp://用户:口令@主机:25/?from=地址（smtps:// 为加密连接），off 为不发",
        "mail server for notices, smtp://user:password@host:25/?from=address (or smtps://), off for none",
        "off",
    ),
    "notice_sms": Variable(
        "短信网关地址，如 https://:密钥@主机/路径，off 为不发",
        "HTTP gateway for text messages, https://:key@host/path, off for none",
        "off",
    ),
    "notice_webhook": Variable(
        "接收通知的其他系统地址，如 https://:密钥@主机/路径，off 为不发",
        "URL of another system to be told, https://:key@host/path, off for none",
        "off",
    ),
    "virus_scan": Variable(
        "上传文件的杀毒服务（clamd），如 tcp://127.0.0.1:3310 或 unix:///run/clamav/clamd.ctl，off 为不扫描；"
        "服务不通时拒收文件，加 ?when_down=keep 则先收下并注明未扫描",
        "clamd that scans uploads, tcp://host:3310 or unix:///path, off for none; files are refused while it is down, "
        "or kept and marked with ?when_down=keep",
        "off",
    ),
}


def home(env: Mapping[str, str] = os.environ) -> Path:
    """Return the absolute TRACKER_HOME; it need not exist yet."""
    return Path(env.get("TRACKER_HOME") or SETTINGS["tracker_home"].default).expanduser().resolve()


def load(env: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of a complete environment; raises SettingsError naming the first bad variable."""
    read = {name: _one(env, name) for name in SETTINGS}
    settings = Settings(
        tracker_home=home(env), **{name: value for name, value in read.items() if name != "tracker_home"}
    )
    if settings.port == settings.discipline_port:
        raise SettingsError(f"DISCIPLINE_PORT 不能与 PORT 相同（都是 {settings.port}），请改其中一个。")
    for name in ("oidc_client_id", "oidc_client_secret"):
        if settings.oidc_issuer and not getattr(settings, name):
            raise SettingsError(f"设置了 OIDC_ISSUER，还须设置 {name.upper()}：{SETTINGS[name].zh}。")
    return settings


def _one(env: Mapping[str, str], name: str) -> Any:
    variable = name.upper()
    value = env.get(variable, "").strip()
    default = SETTINGS[name].default
    if not value and default.isupper() and default.lower() in SETTINGS:
        variable, value = default, env.get(default, "").strip()
    value = value or default
    if not value:
        raise SettingsError(f"{variable} 没有设置：{SETTINGS[variable.lower()].zh}。")
    reader = _READERS.get(name)
    return reader(variable, value) if reader else value


def _url(schemes: tuple[str, ...]) -> Callable[[str, str], str]:
    def read(variable: str, value: str) -> str:
        try:
            scheme = urlsplit(value).scheme
        except ValueError:
            scheme = ""
        if scheme not in schemes:
            raise SettingsError(
                f"{variable} 应以 {'、'.join(f'{one}://' for one in schemes)} 开头，请检查地址。"
            )
        return value

    return read


def _optional(read: Callable[[str, str], str]) -> Callable[[str, str], str]:
    """Return a reader that also takes "off", as ""."""
    return lambda variable, value: "" if value.lower() == "off" else read(variable, value)


def _issuer(variable: str, value: str) -> str:
    """Return the issuer: https, or http on this very machine, since codes and tokens travel there."""
    address = _url(("http", "https"))(variable, value)
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise SettingsError(f"{variable} 必须以 https:// 开头（本机测试除外），否则登录凭据会明文传输。")
    return address


def _site(variable: str, value: str) -> str:
    """Return the address of a site without a path or a closing slash."""
    address = _url(("http", "https"))(variable, value).rstrip("/")
    parts = urlsplit(address)
    if not parts.hostname or parts.path or parts.query or parts.fragment:
        raise SettingsError(f"{variable} 应只含协议、主机和端口，例如 https://jd.example.gov.cn。")
    return address


def _as_it_is(_: str, value: str) -> str:
    return value


def _number(lowest: int, highest: int) -> Callable[[str, str], int]:
    def read(variable: str, value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not lowest <= int(value) <= highest:
            raise SettingsError(f"{variable}={value!r} 不可用，应为 {lowest} 到 {highest} 之间的整数。")
        return int(value)

    return read


def _secret(variable: str, value: str) -> str:
    if len(value) < SECRET_MIN_CHARS:
        raise SettingsError(f"{variable} 太短，至少需要 {SECRET_MIN_CHARS} 个字符的随机串。")
    return value


def _secrets(variable: str, value: str) -> tuple[str, ...]:
    """Return the keys of a comma separated list, none for "off"."""
    given = [] if value.lower() == "off" else value.split(",")
    return tuple(_secret(variable, one.strip()) for one in given if one.strip())


def _log_level(variable: str, value: str) -> str:
    if value.upper() not in LOG_LEVELS:
        raise SettingsError(f"{variable}={value!r} 不可用，应为 {'、'.join(LOG_LEVELS)} 之一。")
    return value.upper()


def _zone(variable: str, value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError(f"{variable}={value!r} 不是已知时区，例如 Asia/Shanghai。") from None


_postgres = _url(("postgresql", "postgres"))
_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "database_url": _postgres,
    "migrate_database_url": _postgres,
    "discipline_database_url": _postgres,
    "redis_url": _url(("redis", "rediss", "unix")),
    "secret_key": _secret,
    "field_key": _secret,
    "field_key_old": _secrets,
    "trusted_proxies": _number(0, 9),
    "public_url": _optional(_site),
    "discipline_public_url": _optional(_site),
    "oidc_issuer": _optional(_issuer),
    "oidc_client_id": _optional(_as_it_is),
    "oidc_client_secret": _optional(_as_it_is),
    "port": _number(1, 65535),
    "discipline_port": _number(1, 65535),
    "web_concurrency": _number(1, 64),
    "log_level": _log_level,
    "tz_local": _zone,
    "notice_smtp": _optional(_url(("smtp", "smtps"))),
    "notice_sms": _optional(_url(("http", "https"))),
    "notice_webhook": _optional(_url(("http", "https"))),
    "virus_scan": _optional(_url(("tcp", "unix"))),
}
assert {one.name for one in fields(Settings)} == set(SETTINGS), "every setting is described"
