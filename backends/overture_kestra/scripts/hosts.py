"""Which hosts a url that comes from data may reach."""

import ipaddress
import socket
from urllib.parse import urlsplit

from step import Failed  # type: ignore[import-not-found]


def refuse(url: str, patterns: list[str]) -> None:
    """Raises Failed for a host that no pattern allows, and for a private address that none names."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise Failed("refused", f"the address is broken: {error}") from None
    if host in patterns or f"{host}:{port}" in patterns:
        return
    if not any(pattern == "*" or (pattern.startswith("*.") and host.endswith(pattern[1:])) for pattern in patterns):
        raise Failed("refused", f"{host} is not among the hosts {', '.join(patterns)}")
    try:
        found = socket.getaddrinfo(host, None)
    except OSError as error:
        raise Failed("http", f"{host}: {error}") from None
    if not all(is_public(ipaddress.ip_address(str(each[4][0]).partition("%")[0])) for each in found):
        raise Failed("refused", f"{host} is a private address")


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if address.version == 6:
        # an IPv4 address in IPv6 clothes: mapped, 6to4, NAT64, compatible
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and int(address) >> 32 in (0, 0x0064_FF9B << 64):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and str(address) not in ("168.63.129.16", "192.0.0.192")
