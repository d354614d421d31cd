using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Mimir.Numerics;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.PointFunctions;

/// <summary>
/// Audits keys whose masks have been opened, without opening a seed (both roots of a key together would give α away). Along the known path, each sibling must
/// be the same node for both parties: then everything below it cancels. So the parties compare a hash of all siblings, and of all corrections. And at every depth with payload the
/// node on the path must stand for the payload: value − w and MAC − α·w are claimed zero under the next check.
/// </summary>
internal sealed class PointWalk(Party party) : IDisposable
{
    private readonly IncrementalHash _siblings = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<double> _claims = [];

    /// <summary>[value − w] and [MAC − α·w] of every payload number so far.</summary>
    public ReadOnlyMemory<double> Claims => _claims.ToArray();

    /// <summary>A hash of all siblings and corrections: must be the same for both parties.</summary>
    public byte[] Siblings() => _siblings.GetHashAndReset();

    /// <summary>Follows the paths of a batch.</summary>
    public void Follow(PointKeys keys, ReadOnlySpan<double> masks, ReadOnlySpan<double> payload)
    {
        var shape = keys.Shape;
        _siblings.AppendData(MemoryMarshal.AsBytes(keys.Words));
        _siblings.AppendData(MemoryMarshal.AsBytes(keys.Elements));
        var tree = new PointTree(keys, 0, keys.Count, new double[PointTree.ScratchElements(keys.Count, 2)]);
        Span<int> path = stackalloc int[keys.Count];
        Span<double> value = stackalloc double[1], mac = stackalloc double[1];
        var (next, plane) = (0, 0);
        for (var depth = 0; depth < shape.Depth; depth++)
        {
            tree.Grow();
            for (var k = 0; k < keys.Count; k++)
            {
                path[k] = (int)(((long)masks[k] >> (shape.LowBit + shape.Depth - 1 - depth)) & 1);
                _siblings.AppendData(MemoryMarshal.AsBytes(tree.Nodes(k).Slice(1 - path[k], 1)));
            }
            tree.Keep(path, 1);
            if (next == shape.Payloads.Count || shape.Payloads[next].Depth != depth + 1) continue;
            for (var end = plane + shape.Payloads[next++].Planes; plane < end; plane++)
            {
                tree.Convert(plane);
                for (var k = 0; k < keys.Count; k++)
                {
                    var w = payload[k * shape.Planes + plane];
                    tree.Write(k, plane, value, mac);
                    _claims.Add(party.Index == 0 ? Field.Subtract(value[0], w) : value[0]);
                    if (party.Active) _claims.Add(Field.Subtract(mac[0], Field.Multiply(party.Alpha, w)));
                }
            }
        }
    }

    /// <summary>Follows the paths of comparisons.</summary>
    public void Follow(BitKeys keys, ReadOnlySpan<double> masks, ReadOnlySpan<double> covers)
    {
        _siblings.AppendData(MemoryMarshal.AsBytes(keys.Words));
        var alike = new Vector128<byte>[keys.Words.Length];
        keys.Follow(masks, covers, alike);
        _siblings.AppendData(MemoryMarshal.AsBytes<Vector128<byte>>(alike));
    }

    /// <inheritdoc/>
    public void Dispose() => _siblings.Dispose();
}
