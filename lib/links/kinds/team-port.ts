import { definePortKind } from '../kind.ts'

/** What a link has because it is a port of a team: nothing here. `netns.team.options` has its options, and `netns.team.ports` its state. */
export const teamPort = definePortKind('team', {})
