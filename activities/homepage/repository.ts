/** A text, or a repository's address, without the `user:password@` that a URL in it may contain. */
export const withoutCredentials = (text: string) => text.replace(/(\w+:\/\/)[^@/\s']+@/g, '$1');
