declare module 'punycode.js' {
  const punycode: { /** @throws {RangeError} for what is no Punycode. */ readonly decode: (name: string) => string }
  export = punycode
}
