using Mimir.Models;
using Mimir.Models.Files;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.SealedFiles;

namespace Mimir.Services.ModelOwners;

/// <summary>A sealed weight file, decrypted chunk by chunk as the model is folded. It must be sealed under its own file name as label.</summary>
internal sealed class SealedWeights : IWeightBytes
{
    private readonly SealedFileReader _reader;

    private SealedWeights(SealedFileReader reader) => _reader = reader;

    /// <inheritdoc/>
    public long Length => _reader.Length;

    /// <summary>Opens sealed files with <paramref name="key"/>, and with a key nothing else: plain weights put in their place are refused.</summary>
    /// <param name="key">Their key; null: weights must not be sealed. Must live until all files are open.</param>
    /// <param name="counter">Refuses old copies; null: they are not noticed.</param>
    public static WeightBytesOpener Opener(DataKey? key, IMonotonicCounter? counter = null) => path =>
    {
        if (key is not null) return new SealedWeights(SealedFileReader.Open(path, key, new() { Label = Path.GetFileName(path), Counter = counter }));
        if (SealedFileReader.IsSealed(path)) throw new ModelFormatException(path, "is sealed; give its key with --weights-key or --weights-key-name");
        return new PlainWeightBytes(path);
    };

    /// <inheritdoc/>
    public bool TryRead(long offset, Span<byte> destination)
    {
        if (offset > _reader.Length - destination.Length) return false;
        _reader.Read(offset, destination);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();
}
