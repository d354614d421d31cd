using Mimir.Services.Attesting;
using Mimir.Services.Attesting.Tpm;

namespace Mimir.Fuzzing;

/// <summary>Answers of a TPM, and every command that reads one.</summary>
internal static class TpmSeed
{
    /// <summary>A created key, a quote by ECDSA, one by RSA, and registers 0 and 1; then a refusal.</summary>
    public static IReadOnlyList<byte[]> Answers { get; } =
    [
        Answer(0, [0x80, 0, 0, 1, 0, 0, 0, 0, 0, 4, 0, 0x23, 0, 0x0B]),
        Answer(0, [0, 0, 0, 0, 0, 3, 1, 2, 3, 0, 0x18, 0, 0x0B, 0, 2, 0x80, 1, 0, 2, 3, 4]),
        Answer(0, [0, 0, 0, 0, 0, 3, 1, 2, 3, 0, 0x14, 0, 0x0B, 0, 4, 1, 2, 3, 4]),
        Answer(0, [0, 0, 0, 1, 0, 0, 0, 1, 0, 0x0B, 3, 3, 0, 0, 0, 0, 0, 2, 0, 32, .. new byte[32], 0, 32, .. new byte[32]]),
        Answer(0x921, []),
    ];

    /// <summary>Gives the input as the answer to each command.</summary>
    public static Outcome Read(byte[] bytes) => Attempt.All(
        Attempt.Read(() => $"{Ask(bytes, tpm => tpm.CreateAttestationKeyAsync(CancellationToken.None)).ExportSubjectPublicKeyInfo().Length > 0}", Refuses),
        Attempt.Read(() => $"{Ask(bytes, tpm => tpm.OpenKeyAsync(0x81000003, CancellationToken.None)).ExportSubjectPublicKeyInfo().Length > 0}", Refuses),
        Attempt.Read(() => $"{Ask(bytes, tpm => tpm.QuoteAsync(new TpmKey(1, default, false), new byte[32], 3, CancellationToken.None)).Signature.Length > 0}", Refuses),
        Attempt.Read(() => $"{Ask(bytes, tpm => tpm.ReadRegistersAsync(3, CancellationToken.None)).Length}", Refuses));

    private static bool Refuses(Exception error) => error is AttestingException;

    private static T Ask<T>(byte[] answer, Func<TpmConnection, Task<T>> command) => command(new TpmConnection(new Answering(answer))).GetAwaiter().GetResult();

    private static byte[] Answer(int code, byte[] body) => [0x80, 1, 0, 0, 0, (byte)(10 + body.Length), 0, 0, (byte)(code >> 8), (byte)(code & 0xFF), .. body];

    /// <summary>Takes commands, and answers them by the input, in pieces.</summary>
    private sealed class Answering(byte[] answer) : MemoryStream(answer, writable: false)
    {
        public override bool CanWrite => true;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(buffer.Length, 7)], cancellationToken);
    }
}
