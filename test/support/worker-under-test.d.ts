/** The bundle that `behind.ts` is put in front of, known to it by this name alone. */
declare module 'worker-under-test' {
  const worker: { fetch(request: Request, env: object, context: object): Promise<Response> };
  export default worker;
}
