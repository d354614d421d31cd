using System.Security.Cryptography;
using Mimir.Trust.Attestation;

namespace Mimir.Trust.Tests.Attestation;

public sealed class EvidenceBindingTests
{
    [Fact]
    public void It_is_the_hash_of_the_documented_message()
    {
        var binding = EvidenceBinding.Of([1, 2], [3], "node"u8, [5, 6, 7]);
        byte[] message = [.. "mimir/register/v1"u8, 0, 0, 0, 2, 1, 2, 0, 0, 0, 1, 3, 0, 0, 0, 4, .. "node"u8, 0, 0, 0, 3, 5, 6, 7];
        Assert.Equal(SHA512.HashData(message), binding.Sha512.ToArray());
        Assert.Equal(SHA256.HashData(message), binding.Sha256.ToArray());
    }

    [Fact]
    public void Every_part_and_every_border_between_parts_counts()
    {
        byte[][] bindings =
        [
            EvidenceBinding.Of([1], [2], [3], [4]).Sha512.ToArray(), EvidenceBinding.Of([9], [2], [3], [4]).Sha512.ToArray(), EvidenceBinding.Of([1], [9], [3], [4]).Sha512.ToArray(),
            EvidenceBinding.Of([1], [2], [9], [4]).Sha512.ToArray(), EvidenceBinding.Of([1], [2], [3], [9]).Sha512.ToArray(), EvidenceBinding.Of([1, 2], [], [3], [4]).Sha512.ToArray(),
            EvidenceBinding.Of([1], [2, 3], [], [4]).Sha512.ToArray(), EvidenceBinding.Of([1], [2], [3, 4], []).Sha512.ToArray(),
        ];
        Assert.Equal(bindings.Length, bindings.Select(Convert.ToHexString).Distinct().Count());
    }
}
