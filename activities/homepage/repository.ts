/** A text, or a repository's address, without the `user:password@` that an URL in it may carry. */
export const withoutCredentials = (text: string) => text.replace(/(\w+:\/\/)[^@/\s']+@/g, '$1');
