/** Links that are made or changed in one slice: the kernel takes some 0.1 to 0.4 ms for each. */
export const LONGEST_SLICE = 128
