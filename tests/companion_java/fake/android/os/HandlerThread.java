package android.os;

public class HandlerThread extends Thread {
    private Looper looper;
    private boolean over;

    public HandlerThread(String name) {
        super(name);
    }

    @Override
    public synchronized void run() {
        looper = new Looper();
        notifyAll();
        try {
            while (!over) {
                wait();
            }
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
    }

    public synchronized Looper getLooper() {
        try {
            while (looper == null && isAlive()) {
                wait();
            }
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
        return looper;
    }

    public synchronized boolean quit() {
        over = true;
        notifyAll();
        return true;
    }
}
