import { invalidValue, NetlinkError } from '../errors.ts'
import { beginCommand, familyLocator } from '../generic/family.ts'
import { CompletionCode } from '../native/binding.ts'
import { addToMessage } from '../protocol/add-to-message.ts'
import { Failure, type Locator } from '../protocol/failure.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { checkObject } from '../schema/check-options.ts'
import type { Reports } from '../schema/infer.ts'
import type { Message } from '../schema/message.ts'
import type { LinkReference } from '../schema/references.ts'
import { lowerTeam, type Step, stepsOf } from './lower.ts'
import { teamFamily, teamMessage, type teamPortState } from './messages.ts'
import type { TeamChanges, TeamOptions } from './option-rows.ts'
import { readOptions } from './read.ts'
import { optionHint, readHint } from './team-hint.ts'

/** A port of a team as the kernel reports it. */
export type TeamPort = Reports<(typeof teamPortState)['rows']>

const locator = familyLocator(teamFamily, teamMessage)

/**
 * Options and ports of teams, in one namespace. Same as `teamnl`. The links themselves are made, and get their ports, by `links`:
 * `kind: 'team'`, and `master`. All of it, reading too, needs CAP_NET_ADMIN in the initial user namespace: root of a container does not do.
 */
export class Team {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /**
   * The options of a team and of its ports. Same as `teamnl TEAM options`.
   * @throws {NetlinkError} `ENODEV` when there is no such link, `EINVAL` when it is no team, `ENOENT` when this kernel has no team driver,
   * `EPERM` without the capability.
   */
  async options(team: LinkReference, call?: CallOptions): Promise<TeamOptions> {
    const messages = await this.#read('team.options', 'options', team, call)
    return readOptions(messages.flatMap(({ options }) => options ?? []))
  }

  /**
   * Changes options of a team and of its ports; what is not given stays. Same as `teamnl TEAM setoption NAME VALUE` for each: the mode first, then the
   * others in the order of the reference. What the kernel refuses does not keep the others from being set; the error is about the first, and names the rest.
   * @throws {TypeError} for an unknown option or a value that cannot be meant, {RangeError} for a number out of range; nothing is sent.
   * @throws {NetlinkError} `EBUSY` for a mode while there are ports, `ENOENT` for an option that the mode does not have, or a link that is no port,
   * `EINVAL` when the link is no team, `ENODEV` when there is no such link.
   */
  async setOptions(team: LinkReference, options: TeamChanges, call?: CallOptions): Promise<void> {
    const operation = 'team.setOptions'
    const given = checkObject(operation, options)
    const steps = stepsOf(this.#session.begin(operation, 'generic'), given)
    if (steps.length === 0) throw invalidValue(operation, '', 'no option to change is given')
    // A mistake in a later step must show before the first is sent, so all are written once only to see that they can be.
    if (steps.length > 1) for (const step of steps) this.#lower(operation, team, step)
    const outcomes = steps.map(step => this.#session.acknowledge('generic', this.#lower(operation, team, step), 0, 0, call))
    check(steps, await Promise.all(outcomes), { ...given, link: team })
  }

  #lower(operation: string, team: LinkReference, step: Step) {
    const program = beginCommand(this.#session, operation, teamFamily, 'setOptions')
    lowerTeam(program, team)
    step.write(program)
    return program
  }

  /**
   * The ports of a team. Same as `teamnl TEAM ports`.
   * @throws {NetlinkError} as `options`.
   */
  async ports(team: LinkReference, call?: CallOptions): Promise<TeamPort[]> {
    const messages = await this.#read('team.ports', 'ports', team, call)
    return messages.flatMap(({ ports }) => ports ?? [])
  }

  async #read(operation: string, command: 'options' | 'ports', team: LinkReference, call: CallOptions | undefined) {
    const program = beginCommand(this.#session, operation, teamFamily, command)
    lowerTeam(program, team)
    return unwrap(await this.#session.multipart('generic', program, decode, call), locator, { link: team }, readHint).items
  }
}

function decode(message: Message, start: number, end: number) {
  return teamMessage.decode(message, start, end)
}

const ESRCH = 3

/**
 * The driver tells listeners of each change, and the answer to a change is the outcome of that: ESRCH when nobody listens
 * (team_nl_options_set_doit() in drivers/net/team/team_core.c). The option is set.
 */
function isRefused(outcome: undefined | Failure): outcome is Failure {
  return outcome instanceof Failure && !(outcome.code === CompletionCode.refused && outcome.errno === ESRCH)
}

/** Throws for the first step that failed, and tells what became of the others. */
function check(steps: readonly Step[], outcomes: readonly (undefined | Failure)[], given: object): void {
  const failed = steps.filter((_, i) => isRefused(outcomes[i]))
  if (failed.length === 0) return
  const [first, ...others] = failed
  const error = (outcomes[steps.indexOf(first)] as Failure).toError(stepLocator(first), given, optionHint(first.name))
  if (steps.length > 1 && error instanceof NetlinkError) addToMessage(error, fateOf(others, steps.length - failed.length))
  throw error
}

function fateOf(others: readonly Step[], set: number): string {
  const refused = others.map(({ path }) => `"${path}"`).join(', ')
  const rest = set === 0 ? 'nothing was set' : others.length === 0 ? 'the other options are set' : 'the rest is set'
  return others.length === 0 ? rest : `${refused} could not be set either, ${rest}`
}

/** Paths of the message's own table become those of the caller's options. */
function stepLocator({ path, portPath = path }: Step): Locator {
  return {
    ...locator,
    subject: path,
    locate: (...where) => {
      const found = locator.locate(...where)
      if (!found?.startsWith('options')) return found
      return found.endsWith('.port') ? portPath : path
    },
  }
}
