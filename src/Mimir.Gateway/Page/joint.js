export const show = () => {};
export const start = () => {};
