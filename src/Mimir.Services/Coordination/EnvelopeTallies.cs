using Mimir.Transport.Protos;

namespace Mimir.Services.Coordination;

/// <summary>How many envelopes of each purpose the coordinator has carried, and how long they were: all that it learns of them.</summary>
internal sealed class EnvelopeTallies
{
    private readonly SortedDictionary<SealPurpose, (uint Count, ulong Bytes)> _carried = [];

    /// <summary>One more.</summary>
    public void Add(SealedEnvelope envelope)
    {
        var purpose = Enum.IsDefined(envelope.Purpose) ? envelope.Purpose : SealPurpose.Unspecified;
        var (count, bytes) = _carried.GetValueOrDefault(purpose);
        _carried[purpose] = (count + 1, bytes + (ulong)envelope.Sealed.Length);
    }

    /// <summary>By purpose.</summary>
    public IReadOnlyList<EnvelopeTally> ToList() => [.. _carried.Select(c => new EnvelopeTally { Purpose = c.Key, Count = c.Value.Count, Bytes = c.Value.Bytes })];
}
