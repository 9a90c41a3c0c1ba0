package pbc;

/** The phone, or this program, says no; the text goes to the host. */
final class Failed extends Exception {
    private static final long serialVersionUID = 1;

    Failed(String message) {
        super(message);
    }
}
