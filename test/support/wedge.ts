import type { WorkflowInterceptors } from '@temporalio/workflow';

/** Stands for a fault of the program: a message that names `wedge` fails the workflow task, again and again. */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      handleSignal(input, next) {
        if (JSON.stringify(input.args).includes('wedge')) throw new TypeError('this message cannot be handled');
        return next(input);
      },
    },
  ],
});
