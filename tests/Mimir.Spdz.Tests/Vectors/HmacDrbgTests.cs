using Mimir.Spdz.Opening;

namespace Mimir.Spdz.Tests.Vectors;

/// <summary>
/// NIST CAVP, DRBGVS (drbgtestvectors.zip), HMAC_DRBG.rsp, [SHA-256], EntropyInputLen = 256, NonceLen = 128, ReturnedBitsLen = 1024.
/// Two Generate calls; the second one's output is ReturnedBits.
/// </summary>
public sealed class HmacDrbgTests
{
    public static TheoryData<string, string, string, string, string, string, string> Vectors => new()
    {
        // no_reseed, PersonalizationStringLen = 0, AdditionalInputLen = 0, COUNT = 0.
        {
            "ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488", "659ba96c601dc69fc902940805ec0ca8", "", "", "", "",
            "e528e9abf2dece54d47c7e75e5fe302149f817ea9fb4bee6f4199697d04d5b89d54fbb978a15b5c443c9ec21036d2460b6f73ebad0dc2aba6e624abf07745bc1"
            + "07694bb7547bb0995f70de25d6b29e2d3011bb19d27676c07162c8b5ccde0668961df86803482cb37ed6d5c0bb8d50cf1f50d476aa0458bdaba806f48be9dcb8"
        },
        // no_reseed, the same lengths, COUNT = 1.
        {
            "79737479ba4e7642a221fcfd1b820b134e9e3540a35bb48ffae29c20f5418ea3", "3593259c092bef4129bc2c6c9e19f343", "", "", "", "",
            "cf5ad5984f9e43917aa9087380dac46e410ddc8a7731859c84e9d0f31bd43655b924159413e2293b17610f211e09f770f172b8fb693a35b85d3b9e5e63b1dc25"
            + "2ac0e115002e9bedfb4b5b6fd43f33b8e0eafb2d072e1a6fee1f159df9b51e6c8da737e60d5032dd30544ec51558c6f080bdbdab1de8a939e961e06b5f1aca37"
        },
        // no_reseed, PersonalizationStringLen = 256, AdditionalInputLen = 256, COUNT = 0.
        {
            "5d3286bc53a258a53ba781e2c4dcd79a790e43bbe0e89fb3eed39086be34174b", "c5422294b7318952ace7055ab7570abf",
            "2dba094d008e150d51c4135bb2f03dcde9cbf3468a12908a1b025c120c985b9d", "",
            "793a7ef8f6f0482beac542bb785c10f8b7b406a4de92667ab168ecc2cf7573c6", "2238cdb4e23d629fe0c2a83dd8d5144ce1a6229ef41dabe2a99ff722e510b530",
            "d04678198ae7e1aeb435b45291458ffde0891560748b43330eaf866b5a6385e74c6fa5a5a44bdb284d436e98d244018d6acedcdfa2e9f499d8089e4db86ae89a"
            + "6ab2d19cb705e2f048f97fb597f04106a1fa6a1416ad3d859118e079a0c319eb95686f4cbcce3b5101c7a0b010ef029c4ef6d06cdfac97efb9773891688c37cf"
        },
        // pr_false, reseeded before the first call, PersonalizationStringLen = 0, AdditionalInputLen = 0, COUNT = 0.
        {
            "06032cd5eed33f39265f49ecb142c511da9aff2af71203bffaf34a9ca5bd9c0d", "0e66f71edc43e42a45ad3c6fc6cdc4df", "",
            "01920a4e669ed3a85ae8a33b35a74ad7fb2a6bb4cf395ce00334a9c9a5a5d552", "", "",
            "76fc79fe9b50beccc991a11b5635783a83536add03c157fb30645e611c2898bb2b1bc215000209208cd506cb28da2a51bdb03826aaf2bd2335d576d519160842"
            + "e7158ad0949d1a9ec3e66ea1b1a064b005de914eac2e9d4f2d72a8616a80225422918250ff66a41bd2f864a6a38cc5b6499dc43f7f2bd09e1e0f8f5885935124"
        },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void ReturnedBits(string entropy, string nonce, string personalization, string reseed, string first, string second, string expected)
    {
        using var drbg = new HmacDrbg(Hex(entropy), Hex(nonce), Hex(personalization));
        if (reseed.Length > 0) drbg.Reseed(Hex(reseed));
        var output = new byte[expected.Length / 2];
        drbg.Fill(output, Hex(first));
        drbg.Fill(output, Hex(second));
        Assert.Equal(expected, Convert.ToHexStringLower(output));
    }

    [Fact]
    public void Too_little_entropy_and_too_long_a_request_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new HmacDrbg(new byte[31], new byte[16]));
        using var drbg = HmacDrbg.FromSystem();
        Assert.Throws<ArgumentOutOfRangeException>(() => drbg.Fill(new byte[(1 << 16) + 1]));
    }

    [Fact]
    public void Lengths_that_are_no_multiple_of_the_block_are_prefixes()
    {
        using var one = new HmacDrbg(new byte[32], new byte[16]);
        using var other = new HmacDrbg(new byte[32], new byte[16]);
        var (longer, shorter) = (new byte[64], new byte[45]);
        one.Fill(longer);
        other.Fill(shorter);
        Assert.Equal(longer[..45], shorter);
        one.Fill(longer);
        other.Fill(shorter);
        Assert.Equal(longer[..45], shorter);
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text);
}
