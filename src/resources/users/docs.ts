import { FOUND_BY_METADATA, LISTED, type OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Users: 'The users of your account. A token acts for one user.',
};

export const docs = {
  listUsers: {
    tag: 'Users',
    summary: 'List the users',
    description: LISTED,
    sdk: 'user.list(query)',
    answer: 'UsersPage',
    query: 'ListQuery',
  },
  createUser: {
    tag: 'Users',
    summary: 'Create a user',
    description:
      'A user has calendars, events and schedules, and can be a host. Your backend signs tokens for the id of the user.',
    sdk: 'user.create(body)',
    answer: 'UserResult',
    body: 'CreateUser',
  },
  findUsers: {
    tag: 'Users',
    summary: 'Find users by metadata',
    description: FOUND_BY_METADATA,
    sdk: 'user.findByMeta(query)',
    answer: 'UsersResult',
    query: 'MetadataQuery',
    codes: ['answer-too-large'],
  },
  getUser: {
    tag: 'Users',
    summary: 'Get a user',
    description: 'Returns the user with its metadata.',
    sdk: 'user.findById(userId)',
    userSdk: 'user.me()',
    answer: 'UserResult',
  },
  changeUser: {
    tag: 'Users',
    summary: 'Update a user',
    description: "Replaces the user's metadata.",
    sdk: 'user.update(userId, body)',
    answer: 'UserResult',
    body: 'UpdateUser',
    codes: ['quota-exceeded'],
  },
  revokeTokens: {
    tag: 'Users',
    summary: "Revoke a user's tokens",
    description:
      'From the next request on, the service refuses every token of the user that was issued before `notBefore`.',
    sdk: 'user.revokeTokens(userId, body.notBefore)',
    answer: 'UserResult',
    body: 'RevokeTokens',
  },
  removeUser: {
    tag: 'Users',
    summary: 'Delete a user',
    description: 'Also deletes everything that belongs to the user.',
    sdk: 'user.remove(userId)',
    answer: 'UserResult',
  },
} as const satisfies Record<string, OperationDocs>;
