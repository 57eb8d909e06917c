// The address under which a browser finds the player's files, from another component's files.
declare module "*/ganlab.player/message.js" {
  export * from "#player/message.js";
}
declare module "*/ganlab.player/moment.js" {
  export * from "#player/moment.js";
}
declare module "*/ganlab.player/palette.js" {
  export * from "#player/palette.js";
}
declare module "*/ganlab.player/mount.js" {
  export * from "#player/mount.js";
}
declare module "*/ganlab.player/words.js" {
  export * from "#player/words.js";
}
declare module "*/ganlab.player/save.js" {
  export * from "#player/save.js";
}
