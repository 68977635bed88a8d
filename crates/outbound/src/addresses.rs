//! Which IP addresses are the public Internet, and what a company allows beside them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

/// Whether an address is one of the public Internet: no machine of one's own, no network inside a company or a
/// provider, no service of a cloud's machine itself.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// What is not public: this network, private, behind a provider's translation, loopback, link-local (where clouds keep
/// the secrets of their machines), of protocols, for documents, a translation that is no more, for measurements,
/// multicast, and reserved.
const NOT_PUBLIC: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let inside = |(network, bits): &(Ipv4Addr, u32)| {
        let shift = 32 - bits;
        network.to_bits() >> shift == address.to_bits() >> shift
    };
    !NOT_PUBLIC.iter().any(inside)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let within = |network: Ipv6Addr, bits: u32| {
        let shift = 128 - bits;
        network.to_bits() >> shift == address.to_bits() >> shift
    };
    let inner = |skipped: usize| {
        let octets = address.octets();
        match octets.get(skipped..skipped + 4) {
            Some(&[one, two, three, four]) => is_public_v4(Ipv4Addr::new(one, two, three, four)),
            Some(_) | None => false,
        }
    };
    // An address of version 4: mapped, or behind a translation.
    if within(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96)
        || within(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96)
    {
        return inner(12);
    }
    // The same, with a network behind it.
    if within(Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16) {
        return inner(2);
    }
    // What is public is in here, but for protocols and documents.
    within(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3)
        && !within(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23)
        && !within(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32)
        && !within(Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20)
}

/// A host or a network that the settings allow although it is not public: `crm.internal`, `10.1.0.0/16`, `fd00::/8`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// By its name, in lower case.
    Host(String),
    /// By its first address and the number of bits that count.
    Network(IpAddr, u8),
}

/// Neither a host nor a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected a host, an address or a network such as 10.1.0.0/16")]
pub struct AllowedFault;

impl FromStr for Allowed {
    type Err = AllowedFault;

    fn from_str(text: &str) -> Result<Self, AllowedFault> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Network(address, width(address)));
        }
        if let Some((address, bits)) = text.split_once('/') {
            let address: IpAddr = address.parse().map_err(|_| AllowedFault)?;
            let bits: u8 = bits.parse().map_err(|_| AllowedFault)?;
            return (bits <= width(address))
                .then_some(Self::Network(address, bits))
                .ok_or(AllowedFault);
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        let is_name = (1..=253).contains(&text.len()) && text.bytes().all(plain);
        is_name
            .then(|| Self::Host(text.to_ascii_lowercase()))
            .ok_or(AllowedFault)
    }
}

impl Allowed {
    pub(crate) fn is_host(&self, name: &str) -> bool {
        match self {
            Self::Host(host) => host.eq_ignore_ascii_case(name),
            Self::Network(..) => false,
        }
    }

    pub(crate) fn holds(&self, address: IpAddr) -> bool {
        match self {
            Self::Host(_) => false,
            Self::Network(network, bits) => {
                let (network, _) = bits_of(*network);
                let (address, all) = bits_of(address);
                let same_kind = all == width_of(self);
                let shift = u32::from(all - (*bits).min(all));
                let equal =
                    network.checked_shr(shift).unwrap_or(0) == address.checked_shr(shift).unwrap_or(0);
                same_kind && equal
            }
        }
    }
}

fn width_of(allowed: &Allowed) -> u8 {
    match allowed {
        Allowed::Host(_) => 0,
        Allowed::Network(address, _) => width(*address),
    }
}

const fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// An address as a number, and how many bits it has. One of version 4 that is mapped to version 6 is one of version 4.
fn bits_of(address: IpAddr) -> (u128, u8) {
    match address.to_canonical() {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

#[cfg(test)]
mod tests {
    use super::{Allowed, is_public};

    #[test]
    fn what_is_not_the_public_internet_is_not() {
        for inside in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "::8.8.8.8",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2001:4860:4860::8888",
            "2600::1",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
        ] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn what_the_settings_allow_is_that_and_no_more() {
        let allowed = |text: &str| text.parse::<Allowed>().unwrap();
        for (network, inside, outside) in [
            ("10.1.0.0/16", "10.1.255.255", "10.2.0.0"),
            ("10.1.0.0/16", "::ffff:10.1.0.1", "::ffff:10.2.0.1"),
            ("192.168.7.9", "192.168.7.9", "192.168.7.10"),
            ("fd00::/8", "fd12::1", "fe80::1"),
            ("0.0.0.0/0", "127.0.0.1", "::1"),
            ("::/0", "::1", "10.0.0.1"),
        ] {
            assert!(
                allowed(network).holds(inside.parse().unwrap()),
                "{network} {inside}"
            );
            assert!(
                !allowed(network).holds(outside.parse().unwrap()),
                "{network} {outside}"
            );
        }
        assert!(allowed("CRM.internal").is_host("crm.INTERNAL"));
        assert!(!allowed("crm.internal").is_host("crm.internal.example.com"));
        for nonsense in [
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "a b",
            "https://crm",
            "fd00::/129",
            "x/8",
        ] {
            assert!(nonsense.parse::<Allowed>().is_err(), "{nonsense}");
        }
    }
}
