use std::net::Ipv4Addr;

/// The address so many after a first one.
pub fn address_at(first: [u8; 4], offset: u32) -> Ipv4Addr {
    Ipv4Addr::from(u32::from_be_bytes(first) + offset)
}

/// Counts from 02:00:00:00:00:00.
pub fn hardware_address_at(offset: u32) -> [u8; 6] {
    let [a, b, c, d] = offset.to_be_bytes();
    [2, 0, a, b, c, d]
}
