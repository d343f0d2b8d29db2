/**
 * The room kafka of platform: say here what it is for.
 * Knows nothing about trading; may import other rooms of platform.
 */
export {};
