/** Has the socket open before the clock starts, as everybody else has it: here the first request opens it. */
export const connect = ({ links }) => links.get('lo')
