using System.Runtime.InteropServices;

namespace Mimir.Services.Attesting.Nitro;

/// <summary><c>/dev/nsm</c> by its one ioctl: two iovecs, request and answer (Linux, include/uapi/linux/nsm.h).</summary>
internal sealed partial class NitroDevice(string path = NitroDevice.DefaultPath) : INitroDevice
{
    /// <summary>Where an enclave has it.</summary>
    public const string DefaultPath = "/dev/nsm";

    // _IOWR(0x0A, 0, struct nsm_iovec[2]), 32 bytes.
    private const nuint ExchangeRequest = 0xC0200A00;
    private const int LargestRequest = 0x1000, LargestAnswer = 0x3000;

    /// <inheritdoc/>
    public byte[] Exchange(ReadOnlySpan<byte> request)
    {
        if (request.Length > LargestRequest) throw new AttestingException($"A request to the Nitro security module has at most {LargestRequest} bytes, not {request.Length}.");
        try
        {
            using var device = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return Exchange(device, request.ToArray());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AttestingException($"The Nitro security module {path} cannot be used: {error.Message.TrimEnd('.')}. It exists inside enclaves only.", error);
        }
    }

    private static byte[] Exchange(SafeHandle device, byte[] request)
    {
        var answer = new byte[LargestAnswer];
        var pinned = (Request: GCHandle.Alloc(request, GCHandleType.Pinned), Answer: GCHandle.Alloc(answer, GCHandleType.Pinned));
        try
        {
            Span<nint> vectors = [pinned.Request.AddrOfPinnedObject(), request.Length, pinned.Answer.AddrOfPinnedObject(), answer.Length];
            if (Control(device, ExchangeRequest, ref MemoryMarshal.GetReference(vectors)) < 0)
                throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
            return vectors[3] is >= 0 and <= LargestAnswer and var length ? answer[..(int)length] : throw new IOException("it answered with an impossible length");
        }
        finally
        {
            pinned.Request.Free();
            pinned.Answer.Free();
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(SafeHandle descriptor, nuint request, ref nint vectors);
}
