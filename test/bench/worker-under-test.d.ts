/** The bundle that `references/observed.ts` wraps. It imports the bundle by this name. */
declare module 'worker-under-test' {
  const worker: {
    fetch(request: Request, env: object, context: object): Promise<Response>;
    scheduled(controller: { cron: string; scheduledTime: number }, env: object): Promise<void>;
  };
  export default worker;
}
