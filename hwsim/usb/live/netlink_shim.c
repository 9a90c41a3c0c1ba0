/* Shows udev's events to programs that listen to the kernel's instead (libusb built without udev, as in adb 36).
 *
 * To be preloaded before umockdev's library, which makes every netlink socket one that hears udev's messages: a
 * 40-byte header that begins with "libudev", then properties. The kernel's form is "ACTION@DEVPATH", then properties.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

static const char *value_of(const char *text, const char *end, const char *key)
{
	size_t length = strlen(key);

	for (; text < end; text += strlen(text) + 1)
		if (!strncmp(text, key, length))
			return text + length;
	return "";
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	static ssize_t (*next)(int, struct msghdr *, int);
	char title[1024], *start;
	struct sockaddr_nl *sender;
	uint32_t offset, length;
	ssize_t got;

	if (!next)
		next = (ssize_t (*)(int, struct msghdr *, int))dlsym(RTLD_NEXT, "recvmsg");
	got = next(fd, message, flags);
	if (got < 40 || message->msg_iovlen != 1)
		return got;
	start = message->msg_iov[0].iov_base;
	if (memcmp(start, "libudev", 8))
		return got;
	memcpy(&offset, start + 16, 4);
	memcpy(&length, start + 20, 4);
	if (offset + (uint64_t)length > (uint64_t)got || !length || start[offset + length - 1])
		return got;
	strncpy(title, value_of(start + offset, start + offset + length, "ACTION="), 20);
	title[20] = 0;
	strcat(title, "@");
	strncat(title, value_of(start + offset, start + offset + length, "DEVPATH="), sizeof(title) - 24);
	if (strlen(title) + 1 + length > message->msg_iov[0].iov_len)
		return got;
	memmove(start + strlen(title) + 1, start + offset, length);
	strcpy(start, title);
	if ((sender = message->msg_name)) {
		sender->nl_groups = 1;
		sender->nl_pid = 0;
	}
	return (ssize_t)(strlen(title) + 1 + length);
}
