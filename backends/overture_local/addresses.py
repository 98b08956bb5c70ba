"""Which addresses of the network are public (security.md).

`ipaddress.is_global` alone is not enough: it says True of addresses that carry another one inside (NAT64, 6to4,
IPv4-compatible), of `192.0.0.0/24`, of Azure's metadata address, and of multicast.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address

# RFC 6890's registry as it stands, and clouds' metadata services at addresses that look public.
_NEVER_PUBLIC = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "100.64.0.0/10",  # carrier-grade NAT (RFC 6598), also Alibaba's metadata
        "192.0.0.0/24",  # IETF protocol assignments, also Oracle's metadata
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "168.63.129.16/32",  # Azure's metadata and DNS
        "64:ff9b:1::/48",  # NAT64 of a local network (RFC 8215)
        "100::/64",  # discard
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = IPv6Network("2002::/16")
_COMPATIBLE = IPv6Network("::/96")
_TRANSLATED = IPv6Network("::ffff:0:0:0/96")


def is_public(address: Address) -> bool:
    """Whether an address, and one that it carries inside, belongs to the public network."""
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(inner)
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return not any(_contains(network, address) for network in _NEVER_PUBLIC)


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _SIX_TO_FOUR:
        return IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    if any(address in network for network in (_NAT64, _COMPATIBLE, _TRANSLATED)):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _contains(network: IPv4Network | IPv6Network, address: Address) -> bool:
    return network.version == address.version and address in network


def read_address(text: str) -> Address:
    """The address that the resolver gave; the zone of a link-local one is dropped. Raises ValueError."""
    return ip_address(text.partition("%")[0])
