/** A quantity of processors such as `250m` or `2`, in thousandths. */
export function milliCpu(quantity: string): number {
  return quantity.endsWith('m') ? Number(quantity.slice(0, -1)) : Number(quantity) * 1000;
}

/** A quantity of memory such as `512Mi` or `2Gi`, in mebibytes. */
export function memoryMi(quantity: string): number {
  return Number(quantity.slice(0, -2)) * (quantity.endsWith('Gi') ? 1024 : 1);
}
