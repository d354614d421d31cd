using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Mimir.Services.Attesting;
using Mimir.Services.Attesting.Tpm;
using Mimir.Trust.SealedFiles;

namespace Mimir.Services.Sealing;

/// <summary>
/// Versions of sealed files in counters of a TPM 2.0, one for each label. Whoever has the disk, and every file on it, cannot set one back. A counter begins above all that the chip has
/// counted before, so a file belongs to the machine that sealed it: brought elsewhere, it is opened without the counter and sealed again. One process at a time seals under a label.
/// </summary>
/// <param name="address">As <c>attestation.tpm</c>: a device, <c>unix:PATH</c> or <c>tcp:HOST:PORT</c>.</param>
public sealed class TpmCounter(string address) : IMonotonicCounter
{
    /// <summary>Handles for owners' indexes (TCG Registry of Reserved TPM 2.0 Handles): 2^22 from here.</summary>
    private const uint FirstHandle = 0x01800000, Handles = 1 << 22;

    /// <summary>Places that a label may have: others may have taken the first ones.</summary>
    private const uint Places = 4;

    /// <summary>The farthest jump. Versions go up by one; a file that is so far ahead was sealed with another counter.</summary>
    private const ulong MostIncrements = 256;

    /// <inheritdoc/>
    /// <exception cref="AttestingException">There is no TPM, it refuses, or it has no place left.</exception>
    public ulong Read(string label) => UseAsync(label, (tpm, handle) => tpm.ReadCounterAsync(handle, default)).GetAwaiter().GetResult();

    /// <inheritdoc/>
    /// <exception cref="AttestingException">As <see cref="Read"/>, or the value is much larger than the counter.</exception>
    public void AdvanceTo(string label, ulong value) => UseAsync(label, async (tpm, handle) =>
    {
        var now = await tpm.ReadCounterAsync(handle, default);
        if (value > now && value - now > MostIncrements)
            throw new AttestingException($"Version {value} of '{label}' is far above the TPM's counter, {now}: it was sealed on another machine. Open it there, or without the counter, and seal it again here.");
        while (now < value)
        {
            await tpm.IncrementAsync(handle, default);
            now = await tpm.ReadCounterAsync(handle, default);
        }
        return now;
    }).GetAwaiter().GetResult();

    private async Task<ulong> UseAsync(string label, Func<TpmConnection, uint, Task<ulong>> use)
    {
        if (!SealTerms.IsLabel(label)) throw new ArgumentException("Not a label of a sealed file.", nameof(label));
        await using var tpm = await TpmConnection.OpenAsync(address, default);
        return await use(tpm, await FindAsync(tpm, label));
    }

    /// <summary>The label's counter, made when it is not there yet.</summary>
    private static async Task<uint> FindAsync(TpmConnection tpm, string label)
    {
        var tag = SHA256.HashData([.. "mimir sealed file v1"u8, .. Encoding.ASCII.GetBytes(label)]);
        uint? free = null;
        for (uint i = 0; i < Places; i++)
        {
            var handle = FirstHandle + (BinaryPrimitives.ReadUInt32BigEndian(tag) % Handles + i) % Handles;
            switch (await tpm.FindCounterAsync(handle, default))
            {
                case null:
                    free ??= handle;
                    break;
                case { IsCounter: true } index when index.Tag.AsSpan().SequenceEqual(tag):
                    if (!index.IsWritten) await tpm.IncrementAsync(handle, default);
                    return handle;
            }
        }
        var made = free ?? throw new AttestingException($"The TPM has no place left for the counter of '{label}'; give the file another label.");
        await tpm.DefineCounterAsync(made, tag, default);
        // A counter has no value before its first step.
        await tpm.IncrementAsync(made, default);
        return made;
    }
}
