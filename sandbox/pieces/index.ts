import { controlPlane } from "./controlPlane";
import { engine } from "./engine";
import { node } from "./node";
import { okta } from "./okta";
import type { Piece } from "./piece";
import { portal } from "./portal";

export const PIECES: readonly Piece[] = [okta, controlPlane, node, portal, engine];
