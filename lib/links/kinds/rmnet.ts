import { missingOption } from '../../errors.ts'
import { switchesOf } from '../../schema/enums.ts'
import type { Program } from '../../schema/program.ts'
import { u16 } from '../../schema/scalars.ts'
import type { Phase } from '../../schema/table.ts'
import { defineLinkKind } from '../kind.ts'

/** rmnet_rtnl_validate() in drivers/net/ethernet/qualcomm/rmnet/rmnet_config.c asks for it whatever is changed. */
function checkMuxId(program: Program, { muxId }: { readonly muxId?: unknown }, phase: Phase): void {
  if (phase !== 'change' || muxId !== undefined) return
  program.at('muxId')
  throw missingOption(program.operation, program.option, ', also when only "flags" change: the kernel wants to hear it again')
}

/**
 * One data channel of a Qualcomm modem, by the MAP protocol: several of them share the modem's link, which is given as `link` and carries nothing else. IP packets without
 * a link header. The `mtu` follows the parent's, less 4 bytes for the MAP header, and 4 more with `egressChecksumV4`. Same as `ip link add link wwan0 name rmnet1 type rmnet mux_id 1`.
 */
export const rmnet = defineLinkKind(
  'rmnet',
  {
    /** Number of the channel, 0–254; each once on a parent. A change has to give it too. */
    muxId: u16(1, 'IFLA_RMNET_MUX_ID', { access: 'required', max: 254 }),
    /**
     * What the modem does, one set for all of a parent; a new link sets it to what it is given, else to the default. Default: `ingressDeaggregation` (one frame from the modem
     * holds several packets) and nothing else. `ingressMapCommands`: flow control commands of the modem are obeyed. `ingressChecksumV4`, `egressChecksumV4`, `ingressChecksumV5`,
     * `egressChecksumV5`: checksums are left to the modem, as MAP version 4 or 5 has it.
     */
    flags: switchesOf(2, 'IFLA_RMNET_FLAGS', {
      ingressDeaggregation: 0x01,
      ingressMapCommands: 0x02,
      ingressChecksumV4: 0x04,
      egressChecksumV4: 0x08,
      ingressChecksumV5: 0x10,
      egressChecksumV5: 0x20,
    }),
  },
  {
    requiresLink: true,
    check: checkMuxId,
    refusals: { add: { EBUSY: '"link" is in use already: as a port of a bridge or bond, or by macvlan or ipvlan links' } },
    module: { config: 'CONFIG_RMNET', name: 'rmnet' },
  },
)
