/** Ends well where what a command begins by building is there already, as .ci/run says: it must not change under another. */
process.exitCode = process.env.NETTU_BUILT ? 0 : 1;
