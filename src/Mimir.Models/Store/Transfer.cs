namespace Mimir.Models.Store;

/// <summary>How far a long copy is.</summary>
/// <param name="What">What is copied, for people.</param>
/// <param name="Done">Bytes so far.</param>
/// <param name="Total">Bytes in all.</param>
public readonly record struct Transfer(string What, long Done, long Total);

/// <summary>Adds up pieces and tells about them.</summary>
internal sealed class TransferMeter(string what, long total, IProgress<Transfer>? progress, long done = 0)
{
    private long _done = done;

    /// <summary>A piece of <paramref name="bytes"/> bytes arrived; negative: so many were thrown away.</summary>
    public void Add(long bytes) => progress?.Report(new Transfer(what, _done += bytes, total));
}
