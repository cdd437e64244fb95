/** The version of this package, which `npm run release` sets. */
export const VERSION = '0.2.0';
