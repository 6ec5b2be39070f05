/** The stack begins with the message, and is what people see. */
export function addToMessage(error: Error, text: string): void {
  const { message } = error
  error.message = `${message}; ${text}`
  error.stack = error.stack?.replace(message, () => error.message)
}
