// The health check of MongoDB, run by mongosh: makes the replica set of one and its users the first time, and is well once it takes writes.
const admin = db.getSiblingDB("admin");

function isKnown(user, password) {
  try {
    return admin.auth(user, password).ok === 1;
  } catch (error) {
    if (error.codeName !== "AuthenticationFailed") throw error;
    return false;
  }
}

let ready = isKnown("headway", process.env.MONGO_PASSWORD);
if (!ready) {
  // As long as there is no user, whoever asks from within the container may make the replica set and the first user, and no more than that.
  try {
    rs.status();
  } catch (error) {
    if (error.codeName !== "NotYetInitialized") throw error;
    rs.initiate({ _id: "rs0", members: [{ _id: 0, host: "mongo:27017" }] });
  }
  if (db.hello().isWritablePrimary) {
    if (!isKnown("operator", process.env.MONGO_OPERATOR_PASSWORD)) {
      admin.createUser({ user: "operator", pwd: process.env.MONGO_OPERATOR_PASSWORD, roles: ["root"] });
      admin.auth("operator", process.env.MONGO_OPERATOR_PASSWORD);
    }
    admin.createUser({ user: "headway", pwd: process.env.MONGO_PASSWORD, roles: ["readWriteAnyDatabase"] });
    ready = true;
  }
}
quit(ready && db.hello().isWritablePrimary ? 0 : 1);
