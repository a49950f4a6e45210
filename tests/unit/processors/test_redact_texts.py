"""What is found in texts, and to which character: one table a kind, and what only looks like it."""

from __future__ import annotations

import pytest

from streams.processors.redaction.options import RedactOptions
from streams.processors.redaction.redactor import Redactor
from tests.redacting import BASIC, EVERY, JWT, PEM, USUAL


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("to bob@example.com.", "to [REDACTED:email]."),
        ("<bob.smith+tag@mail.example.co.uk>", "<[REDACTED:email]>"),
        ("mailto:bob@example.com?subject=x", "mailto:[REDACTED:email]?subject=x"),
        ("user=bob@example.com&x=1", "user=[REDACTED:email]&x=1"),
        ("?user=bob%40example.com&x=1", "?user=[REDACTED:email]&x=1"),
        ("bob%2540example.com", "[REDACTED:email]"),
        (r"{\"u\":\"bob\u0040example.com\"}", r"{\"u\":\"[REDACTED:email]\"}"),
        ("bob&#64;example.com", "[REDACTED:email]"),
        ('"bob smith"@example.com', "[REDACTED:email]"),
        ("o'brien@example.com", "[REDACTED:email]"),
        ("'bob@example.com'", "'[REDACTED:email]'"),
        ("grüße@bücher.example", "[REDACTED:email]"),
        ("x@xn--bcher-kva.xn--p1ai", "[REDACTED:email]"),
        ("用户@例子.广告", "[REDACTED:email]"),
        ("bob@[192.168.0.1] ok", "[REDACTED:email] ok"),
        ("a@b.co,c@d.co;e@f.co", "[REDACTED:email],[REDACTED:email];[REDACTED:email]"),
        ("1234567@163.com", "[REDACTED:email]"),
        ("x" * 200 + "bob@example.com", "x" * 139 + "[REDACTED:email]"),
    ],
)
def test_e_mail(text: str, expected: str) -> None:
    assert USUAL.text(text) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *(
            (text, "card")
            for text in ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "4222222222222"]
        ),
        *((text, "card") for text in ["378282246310005", "3782 822463 10005", "30569309025904", "3530111333300000"]),
        *((text, "card") for text in ["6011111111111117", "5555555555554444", "2223003122003222", "6200000000000005"]),
        *((text, "iban") for text in ["GB82WEST12345698765432", "GB82 WEST 1234 5698 7654 32", "NO9386011117947"]),
        *((text, "iban") for text in ["DE89 3704 0044 0532 0130 00", "MT84MALT011000012345MTLCAST001S"]),
        *((text, "ssn") for text in ["123-45-6789", "899-01-0001"]),
        *((text, "phone") for text in ["+14155552671", "+49 30 901820", "+44 (20) 7946-0958", "+353 1 234 5678"]),
        *((text, "ipv4") for text in ["10.0.0.1", "255.255.255.255"]),
        *((text, "ipv6") for text in ["2001:db8::1", "fe80::1", "::ffff:10.0.0.1", "1:2:3:4:5:6:7:8"]),
        (JWT, "jwt"),
        (JWT.rpartition(".")[0] + ".x.y.z", "jwt"),
        (f"Basic {BASIC}", "authorization"),
        ("Bearer abcDEF123456789", "authorization"),
        ('Digest username="u", nonce="n", response="r"', "authorization"),
        (PEM, "private_key"),
        (PEM.replace("\n", r"\n"), "private_key"),
        (PEM.replace("RSA ", "OPENSSH "), "private_key"),
        (PEM.partition("-----END")[0].rstrip(), "private_key"),
        ("AKIAIOSFODNN7EXAMPLE", "aws"),
        ("https://hooks.slack.com/services/T0/B0/abcdef012345", "slack"),
    ],
)
def test_what_stands_between_other_characters_is_found_and_they_stay(text: str, kind: str) -> None:
    text = text.removeprefix("https://")
    for before, after in [
        ("", ""),
        ("saw ", " now"),
        ("(", ")"),
        ('"', '",'),
        ("x=", ""),
        ("<a>", "</a>"),
        ("x:", ";"),
        ("|", "|"),
    ]:
        found = f"{before}[REDACTED:{kind}]{after}"
        if (kind == "private_key" and not text.endswith("-") and after) or (kind == "ipv6" and before == "x:"):
            continue  # a key without an end goes on, and what stands before a colon may be a group of an address
        assert EVERY.text(f"{before}{text}{after}") == found


@pytest.mark.parametrize(
    "text",
    [
        *("4111111111111112", "1111111111111111", "0000000000000000", "41111111111111111", "411111111111111"),
        *(
            "x4111111111111111",
            "4111111111111111x",
            "blk_4111111111111111",
            "blk_-4111111111111111",
            "0.4111111111111111",
        ),
        *(
            "1763700000000",
            "1763700000000000",
            "1763700000000000000",
            "20261120120000123",
            "12345678-4111-1111-1111-111111111111",
        ),
        *(
            "2026-11-20 12:00:00 4111",
            "id=4111111111111111",
            "GB82WEST12345698765433",
            "GB82WEST1234569876543",
            "AB12CDEF",
        ),
        *("000-12-3456", "666-12-3456", "912-12-3456", "123-00-4567", "123-45-0000", "2123-45-67890", "1-123-45-6789"),
        *(
            "+0200",
            "2026-11-20T12:00:00+10:00",
            "x+14155552671",
            "+1234",
            "+012345678901",
            "call 2026-11-20",
            "tel 12345",
        ),
        *("telnet 10.0.0.1 5", "call stack 1234567", "text 10.12.13.14", "550e8400-e29b-41d4-a716-446655440000"),
        *(
            "lodash@4.17.21",
            "logo@2x.png",
            "getty@tty1.service",
            "@Override",
            "user@host",
            "a @ b.com",
            "chacha20@openssh.com",
        ),
        *(
            "git@1.2.3-beta.rc",
            "@types/node",
            "exampleSDID@32473.key",
            "x@y",
            "eyJ.x.y",
            "Bearer authentication",
            "basic usage",
        ),
        *(
            "bearer token",
            "Digest a=b",
            "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
            "sk-loading-spinner-large-blue",
        ),
        *(
            "AKIA123",
            "ghp_short",
            "key=value",
            "http://host:8080/a/b@c",
            "https://host/x:y",
            "https://user@host/",
            "::",
            "std::map",
        ),
        *("12:30:45", "1.2.3.4.5", "v1.2.3.4", "00:1a:2b:3c:4d:5e", "d41d8cd98f00b204e9800998ecf8427e"),
        *(
            "Unexpected token in JSON",
            "no password given",
            "password=",
            "password=null",
            "token: true",
            "secret=***",
            "api_key=${KEY}",
        ),
        *(
            "PWD=/home/bob",
            "tokens=512",
            "tests: pass=12 fail=0",
            "password=[REDACTED:secret]",
            "the cookie jar: empty".replace(": ", " "),
        ),
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert EVERY.text(text) == text or (text[:4] in ("teln", "text") and USUAL.text(text) == text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("call me at (555) 123-4567 now", "call me at [REDACTED:phone] now"),
        ("Phone: 030/901820", "Phone: [REDACTED:phone]"),
        ("tel. 0171 2345678", "tel. [REDACTED:phone]"),
        ("mobile number is 07700 900123.", "mobile number is [REDACTED:phone]."),
        ('{"phoneNumber":"5551234567"}', '{"phoneNumber":"[REDACTED:phone]"}'),
        ("fax=555-123-4567;", "fax=[REDACTED:phone];"),
        ("SSN 123 45 6789", "SSN [REDACTED:ssn]"),
        ("social security number: 123456789", "social security number: [REDACTED:ssn]"),
        ("iban: gb82west12345698765432", "iban: [REDACTED:iban]"),
        ("pay 4111 1111 1111 1111 2026", "pay [REDACTED:card] 2026"),
        ("order 5 4111 1111 1111 1111", "order 5 [REDACTED:card]"),
        ("4111111111111111 5555555555554444", "[REDACTED:card] [REDACTED:card]"),
        ("card\\n4111111111111111", "card\\n[REDACTED:card]"),
        ("q=card%204111111111111111&x", "q=card%20[REDACTED:card]&x"),
        ("q=GB82%20WEST%201234%205698%207654%2032", "q=[REDACTED:iban]"),
        ("u=%2B14155552671", "u=[REDACTED:phone]"),
        ("/a%20b?x=c%2Fd", "/a%20b?x=c%2Fd"),
        ("?a=1&q=ssn+is+123+45+6789&b=2", "?a=1&q=ssn+is+[REDACTED:ssn]&b=2"),
        ("?q=%7B%22password%22%3A%22a%2Fb%22%7D", "?q=%7B%22password%22%3A%22[REDACTED:secret]%22%7D"),
        (r'{"a":"password\u003dhunter2\u0026x=1"}', r'{"a":"password\u003d[REDACTED:secret]\u0026x=1"}'),
        (r"x \\u0022token\\u0022:\\u0022a b\\u0022", r"x \\u0022token\\u0022:\\u0022[REDACTED:secret]\\u0022"),
        (r"1\/\/0" + "Ab1_" * 10, "[REDACTED:google]"),
        ("passphrase: &#x27;Bu:v6&#x27;\nhost: x", "passphrase: &#x27;[REDACTED:secret]&#x27;\nhost: x"),
        ("?user=shop&password=a+b-c", "?user=shop&password=[REDACTED:secret]"),
        ("{&quot;token&quot;: &quot;x&quot;}", "{&quot;token&quot;: &quot;[REDACTED:secret]&quot;}"),
        ("?q=Authorization%3A+Bearer+abcDEF123456789&x", "?q=Authorization%3A[REDACTED:authorization]"),
        (r"\u00eb\u4ef6@example.com", "[REDACTED:email]"),
        (f"Authorization: Bearer {JWT} next", "Authorization: [REDACTED:authorization] next"),
        (f"?access_token={JWT}&x=1", "?access_token=[REDACTED:jwt]&x=1"),
        ("authorization: Basic x:y", "authorization: [REDACTED:authorization]"),
        ("-H 'Authorization: token abc' -d x", "-H 'Authorization: [REDACTED:authorization]' -d x"),
        ("Proxy-Authorization: secretvalue\nHost: x", "Proxy-Authorization: [REDACTED:authorization]\nHost: x"),
        ("['authorization', 'Bearer abc']", "['authorization', '[REDACTED:authorization]']"),
        (f"x\n{PEM}\ny", "x\n[REDACTED:private_key]\ny"),
        ("http://u:p@host/x", "http://u:[REDACTED:secret]@host/x"),
        ("redis://:p@ss:w0rd@host:6379/0", "redis://:[REDACTED:secret]@host:6379/0"),
        ("amqp://user:a:b@h, http://x:y@z", "amqp://user:[REDACTED:secret]@h, http://x:[REDACTED:secret]@z"),
        ("curl -u bob:secret https://x", "curl -u bob:[REDACTED:secret] https://x"),
    ],
)
def test_what_needs_a_word_before_it_or_a_careful_end(text: str, expected: str) -> None:
    assert USUAL.text(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password=hunter2 x", "password=* x"),
        ("Password: hunter2", "Password: *"),
        ("user=a,password=b,host=c", "user=a,password=*,host=c"),
        ("password=a,b c", "password=* c"),
        ("Server=x;Pwd=a;Database=y", "Server=x;Pwd=*;Database=y"),
        ("password='a b' c", "password='*' c"),
        (r'{"password":"a\"b","x":1}', r'{"password":"*","x":1}'),
        (r"{\"password\":\"a\\\"b\",\"x\":1}", r"{\"password\":\"*\",\"x\":1}"),
        (r"{\\\"password\\\":\\\"a\\\",\\\"x\\\":1}", r"{\\\"password\\\":\\\"*\\\",\\\"x\\\":1}"),
        ('{"password": 1234, "x": 1}', '{"password": *, "x": 1}'),
        ('{"password": ["a", {"b": "c"}], "x": 1}', '{"password": *, "x": 1}'),
        ('{"password": "never closed', '{"password": "*'),
        ("{'api_key': 'a', 'x': 1}", "{'api_key': '*', 'x': 1}"),
        ('{:token=>"a", :x=>1}', '{:token=>"*", :x=>1}'),
        ("<password>a b</password>", "<password>* b</password>"),
        ("GET /?a=1&token=x&b=2", "GET /?a=1&token=*&b=2"),
        ("GET /?sig=abc%3D&se=1", "GET /?sig=*&se=1"),
        ("X-Amz-Security-Token: abc", "X-Amz-Security-Token: *"),
        ("Cookie: a=b; c=d\nHost: x", "Cookie: *\nHost: x"),
        ("tool --api-key abc --verbose", "tool --api-key * --verbose"),
        ("tool --dbpassword=abc -v", "tool --dbpassword=* -v"),
        ("secret := abc", "secret := *"),
        ('[{"name": "token", "value": "a b"}, {"name": "x"}]', '[{"name": "token", "value": "*"}, {"name": "x"}]'),
        (r"{\"key\":\"api_key\",\"value\":\"a\"}", r"{\"key\":\"api_key\",\"value\":\"*\"}"),
        ('<add key="Password" value="a"/>', '<add key="Password" value="*"/>'),
        ("password: [REDACTED:secret] token=x", "password: * token=*"),
    ],
)
def test_values_behind_secret_names_end_where_something_new_starts(text: str, expected: str) -> None:
    assert USUAL.text(text) == expected.replace("*", "[REDACTED:secret]")


def test_own_patterns_find_whole_matches_between_characters_of_several_bytes() -> None:
    own = Redactor(RedactOptions(patterns={"badge": "B[0-9]+é?"}))

    assert own.text("用B123é用B4 b5") == "用[REDACTED:badge]用[REDACTED:badge] b5"
