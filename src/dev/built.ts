/** Exits with 0 when NETTU_BUILT says that the build is done: .ci/run builds once, then runs commands that share the files. */
process.exitCode = process.env.NETTU_BUILT ? 0 : 1;
