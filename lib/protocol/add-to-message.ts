/** The stack begins with the message, and is what people see. */
export function addToMessage<E extends Error>(error: E, text: string): E {
  const { message } = error
  error.message = `${message}; ${text}`
  error.stack = error.stack?.replace(message, () => error.message)
  return error
}
