/** What the library has no names for. */
export const constants = {
  AF_INET: 2,
  AF_BRIDGE: 7,
  RT_TABLE_MAIN: 254,
  IFLA_INFO_KIND: 1,
  IFLA_INFO_DATA: 2,
  /** 4789, as the kernel wants it. */
  VXLAN_PORT: Buffer.from([0x12, 0xb5]),
}
