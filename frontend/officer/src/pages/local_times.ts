/** Lists: times in the reader's zone. */
import { localTimes } from "../times_on_page";

localTimes();
