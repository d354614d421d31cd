using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;

namespace Mimir.Services.Attesting.Tpm;

/// <summary>
/// An open TPM: the kernel's resource manager (<c>/dev/tpmrm0</c>), or a TPM behind a socket that takes bare commands (<c>unix:PATH</c>,
/// <c>tcp:HOST:PORT</c>; swtpm's <c>--server type=unixio</c> or <c>tcp</c>). One command at a time.
/// </summary>
internal sealed class TpmConnection : IAsyncDisposable
{
    /// <summary>The device that Linux gives when there is a TPM.</summary>
    public const string DefaultAddress = "/dev/tpmrm0";

    private const ushort WithoutSessions = 0x8001, WithSessions = 0x8002;
    private const int HeaderSize = 10;
    private const int LargestAnswer = 4096;
    private const int Attempts = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Stream _stream;

    /// <summary>Authorisation area: 9 bytes, TPM_RS_PW, no nonce, no attributes, no password.</summary>
    private static ReadOnlySpan<byte> EmptyPassword => [0, 0, 0, 9, 0x40, 0, 0, 9, 0, 0, 0, 0, 0];

    /// <summary>A TPM at the other end of <paramref name="stream"/>.</summary>
    internal TpmConnection(Stream stream) => _stream = stream;

    /// <summary>Opens the TPM at <paramref name="address"/>.</summary>
    /// <exception cref="AttestingException">There is none, or it may not be used.</exception>
    public static async Task<TpmConnection> OpenAsync(string address, CancellationToken cancellation)
    {
        try
        {
            return new(await OpenStreamAsync(address, cancellation));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SocketException)
        {
            throw new AttestingException(
                $"The TPM at {address} cannot be opened: {error.Message.TrimEnd('.')}. Give the process access (group tss), or set attestation.tpm to where the TPM is.", error);
        }
    }

    /// <summary>Sends a command without authorisation and returns the answer after its header.</summary>
    /// <exception cref="AttestingException">The TPM refuses, does not answer, or answers nonsense.</exception>
    public Task<byte[]> CallAsync(uint code, TpmWriter parameters, CancellationToken cancellation) => CallAsync(WithoutSessions, code, parameters, cancellation);

    /// <summary>As the other one, on a handle that wants authorisation, which is the empty password.</summary>
    /// <exception cref="AttestingException">The TPM refuses, does not answer, or answers nonsense.</exception>
    public Task<byte[]> CallAsync(uint code, uint handle, TpmWriter parameters, CancellationToken cancellation) =>
        CallAsync(WithSessions, code, new TpmWriter().UInt32(handle).Bytes(EmptyPassword).Bytes(parameters.ToArray()), cancellation);

    /// <summary>As the other ones, on two handles, the first of which wants authorisation.</summary>
    /// <exception cref="AttestingException">The TPM refuses, does not answer, or answers nonsense.</exception>
    public Task<byte[]> CallAsync(uint code, uint authorised, uint other, TpmWriter parameters, CancellationToken cancellation) =>
        CallAsync(WithSessions, code, new TpmWriter().UInt32(authorised, other).Bytes(EmptyPassword).Bytes(parameters.ToArray()), cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task<byte[]> CallAsync(ushort tag, uint code, TpmWriter rest, CancellationToken cancellation)
    {
        var body = rest.ToArray();
        var command = new TpmWriter().UInt16(tag).UInt32((uint)(HeaderSize + body.Length), code).Bytes(body).ToArray();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                await _stream.WriteAsync(command, limit.Token);
                await _stream.FlushAsync(limit.Token);
                var answer = await ReadAsync(limit.Token);
                if (attempt == Attempts || !WantsAgain(answer)) return Body(answer);
                await Task.Delay(Pause, limit.Token);
            }
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new AttestingException($"The TPM does not answer: {error.Message.TrimEnd('.')}.", error);
        }
    }

    private static async Task<Stream> OpenStreamAsync(string address, CancellationToken cancellation)
    {
        if (address.StartsWith("unix:", StringComparison.Ordinal))
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(address[5..]), cancellation);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
            return new NetworkStream(socket, ownsSocket: true);
        }
        if (address.StartsWith("tcp:", StringComparison.Ordinal))
        {
            var at = Hosting.HostAddress.Parse(address[4..]);
            var client = new TcpClient { NoDelay = true };
            try
            {
                await client.ConnectAsync(at.Host, at.Port, cancellation);
            }
            catch
            {
                client.Dispose();
                throw;
            }
            return client.GetStream();
        }
        return new FileStream(address, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
    }

    /// <summary>A device gives its whole answer to one read, a socket may give it in pieces.</summary>
    private async Task<byte[]> ReadAsync(CancellationToken cancellation)
    {
        var buffer = new byte[LargestAnswer];
        var length = 0;
        while (length < HeaderSize || length < SizeOf(buffer))
        {
            var read = await _stream.ReadAsync(buffer.AsMemory(length), cancellation);
            if (read == 0) throw new IOException("it closed the connection");
            length += read;
        }
        return length == SizeOf(buffer) ? buffer[..length] : throw new AttestingException("The TPM sent more than one answer to one command.");
    }

    private static int SizeOf(byte[] buffer) => BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(2)) is >= HeaderSize and <= LargestAnswer and var size
        ? (int)size
        : throw new AttestingException("The TPM's answer has an impossible size; the address is not that of a TPM 2.0.");

    /// <summary>TPM_RC_YIELDED, TPM_RC_TESTING, TPM_RC_RETRY: nothing was done, and the same command is to come again. The kernel's device does so by itself, a socket does not.</summary>
    private static bool WantsAgain(byte[] answer) => BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(6)) is 0x908 or 0x90A or 0x922;

    private static byte[] Body(byte[] answer)
    {
        var code = BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(6));
        if (code != 0) throw new AttestingException(string.Create(CultureInfo.InvariantCulture, $"The TPM refuses with code 0x{code:X3} (TPM 2.0 Library, Part 2, 6.6){Meaning(code)}."));
        return answer[HeaderSize..];
    }

    private static string Meaning(uint code) => (code & 0xFFF) switch
    {
        0x100 => ": it was not started",
        0x921 => ": it is locked out after wrong passwords",
        0x922 => ": it wants the command again",
        0x18B or 0x08B => ": there is no such handle",
        var c when (c & 0x0BF) is 0x0A2 or 0x08E => ": the hierarchy has a password, and this program knows none",
        _ => "",
    };
}
