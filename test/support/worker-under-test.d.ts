/** The bundle that `lagging-worker.ts` wraps. */
declare module 'worker-under-test' {
  const worker: { fetch(request: Request, env: object, context: object): Promise<Response> };
  export default worker;
}
