from dataclasses import fields

import pytest

from tracker.config import SETTINGS, Settings, SettingsError, home, load

GOOD = {
    "DATABASE_URL": "postgresql://app@db/tracker",
    "REDIS_URL": "redis://cache:6379/0",
    "SECRET_KEY": "s" * 32,
    "FIELD_KEY": "f" * 32,
}


def test_the_least_that_must_be_set_gives_the_documented_defaults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load(GOOD)
    assert settings.migrate_database_url == settings.discipline_database_url == GOOD["DATABASE_URL"]
    assert (settings.port, settings.discipline_port, settings.web_concurrency) == (8000, 8001, 2)
    assert (settings.log_level, settings.tz_local.key) == ("INFO", "Asia/Shanghai")
    assert settings.home == tmp_path / "var"


def test_what_is_set_is_taken(tmp_path):
    told = GOOD | {
        "MIGRATE_DATABASE_URL": "postgresql://owner@db/tracker",
        "DISCIPLINE_DATABASE_URL": "postgresql://discipline@db/tracker",
        "TRACKER_HOME": str(tmp_path / "a b"),
        "PORT": "9000",
        "LOG_LEVEL": "debug",
    }
    settings = load(told)
    assert settings.migrate_database_url.startswith("postgresql://owner")
    assert settings.discipline_database_url.startswith("postgresql://discipline")
    assert settings.home == tmp_path / "a b"
    assert (settings.port, settings.log_level) == (9000, "DEBUG")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "sqlite:///x.db"),
        ("DATABASE_URL", "postgresql://[broken"),
        ("DISCIPLINE_DATABASE_URL", "mysql://x"),
        ("REDIS_URL", ""),
        ("REDIS_URL", "localhost:6379"),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("FIELD_KEY", "short"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "eight thousand"),
        ("PORT", "８０００"),
        ("DISCIPLINE_PORT", "8000"),
        ("WEB_CONCURRENCY", "-1"),
        ("LOG_LEVEL", "loud"),
        ("TZ_LOCAL", "Mars/Olympus"),
        ("TZ_LOCAL", "../etc/passwd"),
    ],
)
def test_nonsense_is_refused_in_one_line_that_names_the_variable(variable, value):
    with pytest.raises(SettingsError) as refused:
        load(GOOD | {variable: value})
    assert variable in str(refused.value)
    assert "\n" not in str(refused.value)


def test_every_setting_is_described_in_both_languages():
    assert {one.name for one in fields(Settings)} == set(SETTINGS)
    assert all(one.zh and one.en for one in SETTINGS.values())


def test_secrets_do_not_show_when_settings_are_printed():
    shown = repr(load(GOOD))
    assert not any(value in shown for value in GOOD.values())


def test_the_home_is_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert home({}) == tmp_path / "var"
    assert home({"TRACKER_HOME": "x"}) == tmp_path / "x"


OIDC = {"OIDC_ISSUER": "https://sso.example.cn/", "OIDC_CLIENT_ID": "jd", "OIDC_CLIENT_SECRET": "x y"}


def test_the_outside_of_the_sites_and_a_provider_are_off_until_named():
    settings = load(GOOD)
    assert (settings.public_url, settings.oidc_issuer, settings.trusted_proxies) == ("", "", 0)
    told = load(GOOD | OIDC | {"PUBLIC_URL": "https://jd.example.cn/", "TRUSTED_PROXIES": "2"})
    assert (told.public_url, told.trusted_proxies) == ("https://jd.example.cn", 2)
    assert (told.oidc_issuer, told.oidc_client_secret) == ("https://sso.example.cn/", "x y")
    assert "x y" not in repr(told)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TRUSTED_PROXIES", "-1"),
        ("PUBLIC_URL", "jd.example.cn"),
        ("PUBLIC_URL", "https://jd.example.cn/tracker"),
        ("DISCIPLINE_PUBLIC_URL", "https://"),
        ("OIDC_ISSUER", "http://sso.example.cn"),
        ("OIDC_CLIENT_ID", "off"),
        ("OIDC_CLIENT_SECRET", ""),
    ],
)
def test_what_would_send_secrets_in_clear_or_to_nobody_is_refused(variable, value):
    with pytest.raises(SettingsError, match=variable):
        load(GOOD | OIDC | {variable: value})
